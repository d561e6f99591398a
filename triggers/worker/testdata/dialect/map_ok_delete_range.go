//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	m := map[string]*int{}
	v, ok := m["x"]
	fmt.Println(v == nil, ok)
	if _, ok := m["y"]; !ok {
		n := 4
		m["y"] = &n
	}
	fmt.Println(*m["y"])
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
