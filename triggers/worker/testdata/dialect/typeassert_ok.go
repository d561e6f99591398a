//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type T struct{ n int }

func run() {
	var x any = T{3}
	t, ok := x.(T)
	fmt.Println(t.n, ok)
	_, ok = x.(string)
	fmt.Println(ok)
	s, ok := x.(fmt.Stringer)
	fmt.Println(s == nil, ok)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
