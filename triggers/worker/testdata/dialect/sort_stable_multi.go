//wake:on arrive /**
package main

import (
	"fmt"
	"sort"

	"github.com/wakefs/wakefs/triggers/wake"
)

type R struct {
	g string
	n int
}

func run() {
	rs := []R{{"b", 1}, {"a", 2}, {"b", 0}, {"a", 1}}
	sort.SliceStable(rs, func(i, j int) bool { return rs[i].g < rs[j].g })
	fmt.Println(rs)
	sort.Slice(rs, func(i, j int) bool {
		if rs[i].g != rs[j].g {
			return rs[i].g > rs[j].g
		}
		return rs[i].n < rs[j].n
	})
	fmt.Println(rs)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
