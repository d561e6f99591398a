//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type In struct{ n int }
type Out struct {
	in   In
	list []In
	m    map[string]In
}

func run() {
	o := Out{m: map[string]In{}}
	o.in.n = 3
	o.list = append(o.list, In{1})
	o.list[0].n++
	o.m["a"] = In{o.in.n}
	c := o
	c.in.n = 99
	c.list[0].n = 50
	fmt.Println(o.in.n, o.list[0].n, o.m["a"].n, c.in.n)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
