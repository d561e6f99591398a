//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type P struct{ X, Y int }

func run() {
	a := [...]string{2: "c", 0: "a"}
	m := map[string][]P{"k": {{1, 2}, {3, 4}}}
	pp := []*P{{5, 6}}
	fmt.Println(len(a), a[2], m["k"][1].Y, pp[0].X)
	g := [][]int{{1}, {2, 3}}
	fmt.Println(g)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
