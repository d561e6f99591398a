//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type M map[string]int

func (m M) Inc(k string) M { m[k]++; return m }
func run()                 { m := M{}; m.Inc("a").Inc("a").Inc("b"); fmt.Println(m["a"], m["b"]) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
