//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	arr := [3]int{1, 2, 3}
	p := &arr
	for i := range p {
		p[i]++
	}
	for i, x := range p {
		fmt.Println(i, x)
	}
	return nil
}
