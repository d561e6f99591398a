//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type C struct{ n int }

func (c *C) Inc() int { c.n++; return c.n }
func run() {
	c := &C{}
	f := c.Inc
	f()
	f()
	fmt.Println(c.n)
	m := map[string]func() int{"inc": c.Inc}
	fmt.Println(m["inc"](), c.n)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
