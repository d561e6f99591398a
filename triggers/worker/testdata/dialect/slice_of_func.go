//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	ops := map[string]func(int, int) int{"add": func(a, b int) int { return a + b }, "mul": func(a, b int) int { return a * b }}
	for _, k := range []string{"add", "mul"} {
		fmt.Println(k, ops[k](3, 4))
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
