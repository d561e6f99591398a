//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func show(f float64, b byte, a any) { fmt.Printf("%T %v %T %v %T %v\n", f, f, b, b, a, a) }
func run()                          { defer show(1, 'a', 'b'); defer show(2.5, 7, 1<<3) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
