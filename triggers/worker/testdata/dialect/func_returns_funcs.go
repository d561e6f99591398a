//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func mk(n int) (func() int, func(int)) { return func() int { return n }, func(x int) { n = x } }
func run()                             { g, s := mk(1); s(5); fmt.Println(g()); g2, _ := mk(9); fmt.Println(g2(), g()) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
