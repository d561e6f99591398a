//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() { f := func() { fmt.Println("first") }; defer f(); f = func() { fmt.Println("second") } }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
