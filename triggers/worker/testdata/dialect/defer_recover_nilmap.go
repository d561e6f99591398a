//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() { defer func() { fmt.Println(recover() != nil) }(); var m map[string]int; m["a"] = 1 }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
