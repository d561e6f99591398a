//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	var n int64 = 3
	for i := range n {
		fmt.Printf("%T %v\n", i, i)
	}
	var u uint8 = 2
	for i := range u {
		fmt.Printf("%T %v\n", i, i)
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
