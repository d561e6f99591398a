//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type C struct{ n int }

func (c *C) Show() { fmt.Println("show", c.n) }
func run()         { var c C; defer c.Show(); c.n = 5 }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
