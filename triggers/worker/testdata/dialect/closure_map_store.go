//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	m := map[int]func() int{}
	for i := range 3 {
		m[i] = func() int { return i + 10 }
	}
	for i := range 3 {
		fmt.Println(m[i]())
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
