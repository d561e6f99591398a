//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type P struct{ code int }

func run() { defer func() { p, ok := recover().(P); fmt.Println(p.code, ok) }(); panic(P{42}) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
