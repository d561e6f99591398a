//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	var fs []func()
	for i := range 3 {
		x := i * 2
		y := &x
		fs = append(fs, func() { *y++; fmt.Println(i, x) })
	}
	for _, f := range fs {
		f()
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
