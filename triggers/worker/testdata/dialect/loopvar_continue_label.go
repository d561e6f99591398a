//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	var fs []func() int
outer:
	for i := 0; i < 6; i++ {
		fs = append(fs, func() int { return i })
		for j := 0; j < 3; j++ {
			if j == 1 {
				i++
				continue outer
			}
			if i > 100 {
				continue
			}
		}
	}
	for _, f := range fs {
		fmt.Println(f())
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
