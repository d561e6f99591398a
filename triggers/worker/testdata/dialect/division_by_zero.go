//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() { defer func() { fmt.Println("caught", recover() != nil) }(); z := 0; fmt.Println(1 / z) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
