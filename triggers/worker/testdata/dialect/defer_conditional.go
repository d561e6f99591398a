//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func f(n int) {
	if n > 1 {
		defer fmt.Println("deferred", n)
	}
	fmt.Println("f", n)
}
func run() { f(1); f(2) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
