//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type R interface{ R() string }
type W interface{ W(string) }
type RW interface {
	R
	W
}
type T struct{ s string }

func (t *T) R() string  { return t.s }
func (t *T) W(s string) { t.s += s }
func use(x RW)          { x.W("a"); x.W("b"); fmt.Println(x.R()) }
func run() {
	t := &T{}
	use(t)
	var r R = t
	fmt.Println(r.R())
	if w, ok := r.(W); ok {
		w.W("c")
		fmt.Println(t.s)
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
