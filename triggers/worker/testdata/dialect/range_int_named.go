//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type N int

const K N = 3

func run() {
	for i := range K {
		fmt.Printf("%T %d\n", i, i)
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
