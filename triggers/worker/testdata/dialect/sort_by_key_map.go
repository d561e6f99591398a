//wake:on arrive /**
package main

import (
	"fmt"
	"sort"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	m := map[string]int{"b": 2, "a": 1, "c": 3}
	ks := make([]string, 0)
	for k := range m {
		ks = append(ks, k)
	}
	sort.Sort(sort.Reverse(sort.StringSlice(ks)))
	for _, k := range ks {
		fmt.Print(k, m[k], " ")
	}
	fmt.Println()
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
