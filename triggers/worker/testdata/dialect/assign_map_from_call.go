//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func two() (int, int) { return 1, 2 }

func one() int { return 1 }

func str() string { return "s" }

func Handle(c *wake.Context, e wake.Event) error {
	m := map[string]int{}
	m["a"], m["b"] = two()
	fmt.Println(m)
	var n int
	m["c"], n = two()
	fmt.Println(m, n)
	return nil
}
