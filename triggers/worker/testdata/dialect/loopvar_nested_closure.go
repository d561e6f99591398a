//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	var fs []func() func() int
	for i := 0; i < 3; i++ {
		fs = append(fs, func() func() int { return func() int { return i * i } })
	}
	for _, f := range fs {
		fmt.Println(f()())
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
