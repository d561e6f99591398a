//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type Sh interface{ A() int }
type X int

func (x X) A() int { return int(x) }

type Y struct{ n int }

func (y Y) A() int { return y.n * 2 }
func run() {
	m := map[string]Sh{"x": X(3), "y": Y{4}}
	fmt.Println(m["x"].A() + m["y"].A())
	for _, s := range []Sh{X(1), Y{1}} {
		fmt.Println(s.A())
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
