//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	m := map[string][]int{}
	m["a"] = append(m["a"], 1, 2)
	v, ok := m["b"]
	fmt.Println(m, v == nil, ok, len(m))
	delete(m, "a")
	fmt.Println(len(m))
	n := map[string]int{}
	n["x"]++
	n["x"] += 2
	fmt.Println(n)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
