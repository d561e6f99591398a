//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	var a uint8 = 250
	a += 10
	var b int8 = 127
	b++
	var c uint32 = 0
	c--
	fmt.Println(a, b, c, -7/2, -7%3, 7&^5, 1<<3|1)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
