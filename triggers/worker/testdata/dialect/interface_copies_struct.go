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
	var a any = t
	t.n = 3
	fmt.Println(a.(thing).n)
	return nil
}
