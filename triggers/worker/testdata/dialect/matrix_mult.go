//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func mul(a, b [][]float64) [][]float64 {
	n, m, p := len(a), len(b), len(b[0])
	c := make([][]float64, n)
	for i := range n {
		c[i] = make([]float64, p)
		for j := range p {
			for k := range m {
				c[i][j] += a[i][k] * b[k][j]
			}
		}
	}
	return c
}
func run() { fmt.Println(mul([][]float64{{1, 2}, {3, 4}}, [][]float64{{0, 1}, {1, 0}})) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
