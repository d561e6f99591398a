//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	n := 50
	c := make([]bool, n+1)
	var ps []int
	for i := 2; i <= n; i++ {
		if c[i] {
			continue
		}
		ps = append(ps, i)
		for j := i * i; j <= n; j += i {
			c[j] = true
		}
	}
	fmt.Println(ps)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
