//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type T struct{ n int }

func (t T) Add(k int) int { return t.n + k }
func run() {
	f := func(t T, k int) int { return t.Add(k) }
	g := T{5}.Add
	fmt.Println(f(T{1}, 2), g(3))
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
