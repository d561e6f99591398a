//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	for i := 0; i < 3; i++ {
		defer fmt.Println("d", i)
	}
	fmt.Println("body")
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
