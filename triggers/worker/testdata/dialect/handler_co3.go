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

func id(f func(string, ...any)) func(string, ...any) { return f }

func Handle(c *wake.Context, e wake.Event) error {
	_ = app{}
	a := &app{log: c.Logf}
	fs := []func(string, ...any){c.Logf}
	fs[0]("x %s %d", "a", 1)
	f := a.log
	f("q %d %d", 1, 2)
	a.log("y")
	_ = fmt.Sprint
	return nil
}
