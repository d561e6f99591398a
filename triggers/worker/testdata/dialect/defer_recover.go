//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func f(n int) (s string) {
	defer func() {
		if r := recover(); r != nil {
			s = fmt.Sprint("recovered ", r)
		}
	}()
	if n > 0 {
		panic("boom")
	}
	return "fine"
}
func run() { fmt.Println(f(0)); fmt.Println(f(1)) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
