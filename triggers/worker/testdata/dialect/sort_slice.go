//wake:on arrive /**
package main

import (
	"fmt"
	"sort"

	"github.com/wakefs/wakefs/triggers/wake"
)

type P struct {
	n string
	a int
}

func run() {
	ps := []P{{"x", 3}, {"y", 1}, {"z", 2}}
	sort.Slice(ps, func(i, j int) bool { return ps[i].a < ps[j].a })
	fmt.Println(ps[0].n, ps[1].n, ps[2].n)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
