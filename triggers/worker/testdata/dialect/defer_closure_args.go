//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() { x := 1; defer func(a int, s string) { fmt.Println(a, s, x) }(x, "lit"); x = 2 }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
