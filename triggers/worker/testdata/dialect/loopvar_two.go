//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	var fs []func()
	for i, j := 0, 10; i < j; i, j = i+1, j-2 {
		fs = append(fs, func() { fmt.Println(i, j) })
	}
	for _, f := range fs {
		f()
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
