//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type T struct{ n int }

func run() { defer func() { fmt.Println("caught", recover() != nil) }(); var t *T; fmt.Println(t.n) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
