//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	n := 0
	for range 4 {
		n++
	}
	fmt.Println(n)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
