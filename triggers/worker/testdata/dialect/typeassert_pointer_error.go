//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type NotFound struct{ name string }

func (e *NotFound) Error() string { return e.name + " not found" }
func find(n string) error {
	if n == "a" {
		return nil
	}
	if n == "b" {
		return &NotFound{n}
	}
	return errors.New("other")
}
func run() {
	for _, n := range []string{"a", "b", "c"} {
		err := find(n)
		nf, ok := err.(*NotFound)
		fmt.Println(n, err, ok, !ok || nf.name == "b")
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
