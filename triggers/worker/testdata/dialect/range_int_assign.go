//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	var i int
	for i = range 5 {
		if i == 3 {
			break
		}
	}
	fmt.Println(i)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
