//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	s := []int{1, 2}
	for _, v := range s {
		s = append(s, v*10)
	}
	fmt.Println(s)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
