//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	a := 1
	p := &a
	a, b := 2, a
	fmt.Println(a, b, *p)
	get := func() int { return a }
	a, d := 5, 6
	fmt.Println(get(), d)
	return nil
}
