//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

const (
	Second = 1000
	Minute = 60 * Second
	Mask   = ^uint32(0) >> 4
)

func run() { fmt.Println(Minute, Mask, len("const"), 'a'+1, 7.0/2, 1<<10-1) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
