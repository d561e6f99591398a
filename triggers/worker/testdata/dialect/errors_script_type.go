//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type E struct{ code int }

func (e *E) Error() string { return fmt.Sprint("code ", e.code) }
func f(n int) error {
	if n == 0 {
		return nil
	}
	return &E{n}
}
func run() {
	fmt.Println(f(0) == nil, f(1) != nil, f(2))
	err := f(3)
	if e, ok := err.(*E); ok {
		fmt.Println(e.code)
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
