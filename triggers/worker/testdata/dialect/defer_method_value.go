//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type C struct{ n int }

func (c C) Show(s string) { fmt.Println("show", c.n, s) }
func run()                { c := C{1}; defer c.Show("a"); c.n = 2; defer c.Show("b") }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
