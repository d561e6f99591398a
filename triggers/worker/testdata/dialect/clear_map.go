//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	m := map[string]int{"a": 1, "b": 2}
	clear(m)
	fmt.Println(len(m))
	s := []int{1, 2, 3}
	clear(s[:2])
	fmt.Println(s)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
