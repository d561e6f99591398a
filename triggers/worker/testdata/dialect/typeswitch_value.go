//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type Named interface{ Name() string }
type V struct{ m string }

func (e V) Name() string { return e.m }
func mk() Named          { return V{"vee"} }
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
