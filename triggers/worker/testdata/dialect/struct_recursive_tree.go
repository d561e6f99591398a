//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type T struct {
	l, r *T
	v    int
}

func (t *T) add(v int) *T {
	if t == nil {
		return &T{v: v}
	}
	if v < t.v {
		t.l = t.l.add(v)
	} else {
		t.r = t.r.add(v)
	}
	return t
}
func (t *T) walk(f func(int)) {
	if t == nil {
		return
	}
	t.l.walk(f)
	f(t.v)
	t.r.walk(f)
}
func run() {
	var t *T
	for _, v := range []int{5, 2, 8, 1} {
		t = t.add(v)
	}
	t.walk(func(v int) { fmt.Print(v, " ") })
	fmt.Println()
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
