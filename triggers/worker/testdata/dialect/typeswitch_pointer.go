//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type E struct{ m string }

func (e *E) Error() string { return e.m }
func mk() error            { return &E{"boo"} }
func run() {
	err := mk()
	switch e := err.(type) {
	case nil:
		fmt.Println("nil")
	case *E:
		fmt.Println("E", e.m)
	default:
		fmt.Println("other")
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
