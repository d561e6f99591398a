//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() { x := uint32(0b1011); x ^= 1 << 2; x &^= 1; x |= 0x10; fmt.Println(x, x<<1, ^x) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
