//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type P struct {
	X, Y int
	name string
}

func run() {
	p := P{1, 2, "p"}
	q := p
	q.X = 9
	fmt.Println(p.X, q.X, p == P{1, 2, "p"})
	r := &p
	r.Y++
	fmt.Println(p.Y)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
