//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type H struct{ f func() int }

func run() {
	var hs []H
	for i := range 3 {
		hs = append(hs, H{func() int { return i * i }})
	}
	for _, h := range hs {
		fmt.Println(h.f())
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
