//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type E struct{}

func (*E) Error() string { return "e" }
func f(b bool) error {
	if b {
		return &E{}
	}
	return nil
}
func run() {
	var err error = f(false)
	fmt.Println(err == nil)
	err = f(true)
	fmt.Println(err == nil, err)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
