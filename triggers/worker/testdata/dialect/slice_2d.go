//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	g := make([][]int, 3)
	for i := range g {
		g[i] = make([]int, 2)
		for j := range g[i] {
			g[i][j] = i * j
		}
	}
	fmt.Println(g)
	var a [2][3]int
	a[1][2] = 5
	b := a
	b[0][0] = 1
	fmt.Println(a, b)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
