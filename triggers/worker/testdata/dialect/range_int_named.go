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
		fmt.Println(i + 1)
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
