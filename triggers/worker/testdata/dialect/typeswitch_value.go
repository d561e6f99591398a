//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type V struct{ m string }

func (e V) Error() string { return e.m }
func mk() error           { return V{"vee"} }
func run() {
	switch e := mk().(type) {
	case V:
		fmt.Println("V", e.m)
	default:
		fmt.Println("other")
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
