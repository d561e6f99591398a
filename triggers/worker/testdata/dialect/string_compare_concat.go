//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() { a := "x"; a += "y"; fmt.Println(a, a < "xz", a == "xy", a+"z" > a) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
