//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	var s uint = 3
	x := 1 << s
	var y int8 = -128
	fmt.Println(x, y>>1, uint16(1)<<15, int32(-1)>>31)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
