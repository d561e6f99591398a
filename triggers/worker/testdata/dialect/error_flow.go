//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

var ErrA = errors.New("a")

func step(n int) error {
	if n == 2 {
		return fmt.Errorf("step %d: %w", n, ErrA)
	}
	return nil
}
func all() (err error) {
	for i := range 4 {
		if err = step(i); err != nil {
			return
		}
	}
	return
}
func run() { err := all(); fmt.Println(err, errors.Is(err, ErrA)) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
