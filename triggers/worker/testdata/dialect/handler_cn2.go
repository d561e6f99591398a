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
	var l func(string, ...any) = c.Logf
	l("x %s %d", "a", 1)
	fmt.Print()
	_ = fmt.Sprint
	return nil
}
