//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func f(n int) (s string) {
	defer func() { s += fmt.Sprint(n) }()
	if n == 0 {
		return ""
	}
	return f(n - 1)
}
func run() { fmt.Println(f(5)) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
