//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type Op func(int) int

func (o Op) Twice(x int) int { return o(o(x)) }
func run()                   { o := Op(func(x int) int { return x * 3 }); fmt.Println(o.Twice(2)) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
