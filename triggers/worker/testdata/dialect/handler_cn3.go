//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type app struct {
	log func(string, ...any)
	sum func(...int) int
}

func Handle(c *wake.Context, e wake.Event) error {
	_ = app{}
	f := func(f string, a ...any) { fmt.Println(len(a)) }
	f("x", 1, 2)
	a := &app{log: f}
	a.log("z", 1, 2)
	_ = fmt.Sprint
	return nil
}
