//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type T struct{ n int }

func (t *T) inc() { t.n++ }
func run() {
	var ps []*T
	for _, t := range []T{{1}, {2}, {3}} {
		t.inc()
		ps = append(ps, &t)
	}
	for _, p := range ps {
		fmt.Println(p.n)
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
