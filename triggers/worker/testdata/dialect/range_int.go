//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	for i := range 3 {
		fmt.Println(i)
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
