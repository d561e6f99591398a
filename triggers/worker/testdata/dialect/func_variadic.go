//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func sum(p string, xs ...int) string {
	t := 0
	for _, x := range xs {
		t += x
	}
	return fmt.Sprint(p, t, len(xs))
}
func run() { fmt.Println(sum("a"), sum("b", 1, 2), sum("c", []int{4, 5}...)) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
