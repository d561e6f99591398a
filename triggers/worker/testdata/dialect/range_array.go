//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	a := [3]int{1, 2, 3}
	for i, v := range a {
		a[2] = 10
		fmt.Println(i, v)
	}
	for i := range a {
		fmt.Println(i)
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
