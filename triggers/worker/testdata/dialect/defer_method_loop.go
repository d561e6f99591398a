//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type C struct{ n int }

func (c *C) Close() error { fmt.Println("close", c.n); return nil }
func run() {
	for i := 0; i < 3; i++ {
		c := &C{i}
		defer c.Close()
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
