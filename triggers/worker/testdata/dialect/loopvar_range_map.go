//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	m := map[string]int{"x": 1, "y": 2}
	t := 0
	var fs []func()
	for k, v := range m {
		fs = append(fs, func() { t += v + len(k) })
	}
	for _, f := range fs {
		f()
	}
	fmt.Println(t)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
