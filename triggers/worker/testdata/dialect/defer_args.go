//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() { x := 1; defer fmt.Println("x", x); x = 2; fmt.Println("now", x) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
