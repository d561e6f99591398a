//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	ps := []struct {
		n string
		v int
	}{{"a", 1}, {"b", 2}}
	for _, p := range ps {
		fmt.Println(p.n, p.v)
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
