//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type httpErr struct{ code int }

func (e httpErr) Error() string { return fmt.Sprint(e.code) }

type opErr struct {
	op  string
	err error
}

func (e *opErr) Error() string { return e.op }

func do(n int) error {
	if n == 1 {
		return httpErr{4}
	}
	return &opErr{"in", errors.New("x")}
}

func Handle(c *wake.Context, e wake.Event) error {
	e1, e2 := do(1), do(2)
	fmt.Println(e1 == httpErr{4}, e1 == do(1), e2 == do(2), e2 == e2)
	_, ok := e2.(*opErr)
	fmt.Println(ok)
	o := &opErr{"out", e1}
	fmt.Println(o.err == e1)
	p := &opErr{"out", e2}
	fmt.Println(p.err == e2)
	_, ok = p.err.(*opErr)
	fmt.Println(ok)
	return nil
}
