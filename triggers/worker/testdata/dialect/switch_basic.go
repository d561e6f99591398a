//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func f(n int) string {
	switch {
	case n < 0:
		return "neg"
	case n == 0:
		return "zero"
	case n < 10:
		fallthrough
	case n < 100:
		return "small"
	}
	return "big"
}
func run() {
	for _, n := range []int{-1, 0, 5, 50, 500} {
		fmt.Println(f(n))
	}
	switch x := 5; x {
	case 1, 5:
		fmt.Println("hit")
	default:
		fmt.Println("miss")
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
