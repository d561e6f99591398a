//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	var fs []func()
	for i, s := range []string{"a", "b", "c"} {
		fs = append(fs, func() { fmt.Println(i, s) })
	}
	for _, f := range fs {
		f()
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
