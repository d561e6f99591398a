//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func f() {
	defer func() {
		if r := recover(); r != nil {
			panic(fmt.Sprint("again ", r))
		}
	}()
	panic("one")
}
func run() { defer func() { fmt.Println(recover()) }(); f() }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
