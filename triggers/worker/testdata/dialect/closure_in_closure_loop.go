//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	f := func() []func() int {
		var out []func() int
		for i := range 3 {
			out = append(out, func() int { return i })
		}
		return out
	}
	for _, g := range f() {
		fmt.Println(g())
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
