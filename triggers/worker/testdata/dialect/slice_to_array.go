//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() { s := []int{1, 2, 3}; a := [2]int(s); s[0] = 9; fmt.Println(a) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
