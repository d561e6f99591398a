//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	for n := range 6 {
		switch {
		case n == 1, n == 3:
			fmt.Println(n, "odd")
		case n == 2, n == 4:
			fmt.Println(n, "even")
		default:
			fmt.Println(n, "other")
		}
	}
	return nil
}
