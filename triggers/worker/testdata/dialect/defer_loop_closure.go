//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	for i := 0; i < 3; i++ {
		defer func() { fmt.Println(i) }()
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
