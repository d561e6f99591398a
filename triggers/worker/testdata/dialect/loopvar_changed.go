//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	var fs []func() int
	for i := 0; i < 10; i++ {
		fs = append(fs, func() int { i += 100; return i })
		if i%2 == 0 {
			i++
			continue
		}
		i++
	}
	for _, f := range fs {
		fmt.Println(f(), f())
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
