//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type T struct{ n int }

func run() {
	m := map[string]T{"a": {1}}
	t := m["a"]
	t.n = 5
	fmt.Println(m["a"].n)
	p := map[string]*T{"b": {2}}
	p["b"].n++
	fmt.Println(p["b"].n)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
