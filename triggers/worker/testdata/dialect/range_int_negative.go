//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	n := -3
	for range n {
		fmt.Println("never")
	}
	fmt.Println("done")
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
