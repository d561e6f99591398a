//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func mod(a [3]int) [3]int { a[0] = 100; return a }
func run()                { a := [...]int{1, 2, 3}; b := mod(a); fmt.Println(a, b, a == [3]int{1, 2, 3}, len(a)) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
