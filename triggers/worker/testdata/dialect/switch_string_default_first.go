//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	for _, s := range []string{"a", "b", "c"} {
		switch s {
		default:
			fmt.Println("def", s)
		case "a":
			fmt.Println("A")
		case "b":
			fmt.Println("B")
		}
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
