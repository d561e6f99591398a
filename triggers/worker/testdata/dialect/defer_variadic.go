//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() { xs := []any{1, "two"}; defer fmt.Println(xs...); xs[0] = 9; xs = nil }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
