//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() { a, b := 3, 7; fmt.Println(min(a, b), max(a, b, 5), min(2.5, 1), max("a", "b"), min(a)) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
