//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type thing struct{ n int }

func (t thing) get() int { return t.n }

func Handle(c *wake.Context, e wake.Event) error {
	t := thing{1}
	g := t.get
	t.n = 9
	fmt.Println(g())
	var fs []func() int
	for _, t := range []thing{{1}, {2}} {
		fs = append(fs, t.get)
	}
	fmt.Println(fs[0](), fs[1]())
	return nil
}
