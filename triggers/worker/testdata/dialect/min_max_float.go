//wake:on arrive /**
package main

import (
	"fmt"
	"math"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	x, y := 1.5, -2.0
	fmt.Println(min(x, y), max(x, y, 9), min(x, math.NaN()), max(math.NaN(), y))
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
