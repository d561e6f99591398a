//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func f() (err error) {
	defer func(
		a int,
	) {
		if r := recover(); r != nil {
			err = fmt.Errorf("a=%d r=%v", a, r)
		}
	}(
		7,
	)
	panic("multi")
}
func run() { fmt.Println(f()) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
