//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type P struct {
	A int
	B string
}

func run() {
	p := P{1, "x"}
	fmt.Printf("%v %+v\n", p, p)
	fmt.Println(&p, []P{p}, map[string]P{"k": p})
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
