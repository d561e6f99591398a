//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type myErr struct{ code int }

func (e *myErr) Error() string { return fmt.Sprint("code ", e.code) }

type text string

func (t text) Error() string { return string(t) }

func Handle(c *wake.Context, e wake.Event) error {
	a := error(&myErr{1})
	b := error(text("t"))
	fmt.Println(a, b)
	return nil
}
