//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func set(p *int) { *p = 7 }
func run() {
	x := 1
	p := &x
	set(p)
	q := &p
	**q += 1
	fmt.Println(x, *p == x)
	n := new(string)
	*n = "s"
	fmt.Println(*n)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
