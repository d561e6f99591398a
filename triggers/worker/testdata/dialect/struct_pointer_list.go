//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type N struct {
	v    int
	next *N
}

func run() {
	var h *N
	for i := range 4 {
		h = &N{i, h}
	}
	for n := h; n != nil; n = n.next {
		fmt.Print(n.v, " ")
	}
	fmt.Println()
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
