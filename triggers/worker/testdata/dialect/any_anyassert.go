//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type myErr struct{ code int }

func (e *myErr) Error() string { return fmt.Sprint("code ", e.code) }

type S struct{ n int }

func (s S) String() string { return fmt.Sprint("S", s.n) }

func f(n int) error { return &myErr{n} }

func g(n int) any { return &myErr{n} }

func is(a any) {
	x, ok := a.(*myErr)
	fmt.Println("is", ok, x != nil && x.code > 0)
	s, ok := a.(S)
	fmt.Println("isS", ok, s.n)
	switch y := a.(type) {
	case *myErr:
		fmt.Println("sw", y.code)
	case error:
		fmt.Println("error", y)
	case S:
		fmt.Println("S", y.n)
	case fmt.Stringer:
		fmt.Println("Stringer", y)
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	var a any = f(0)
	is(a)
	err := f(1)
	a = err
	is(a)
	is(err)
	is(f(3))
	is(&myErr{4})
	is(g(5))
	a = g(6)
	is(a)
	a = &myErr{7}
	is(a)
	var xs = []any{err, &myErr{8}, g(1)}
	for _, x := range xs {
		is(x)
	}
	is(S{1})
	a = S{2}
	is(a)
	var st fmt.Stringer = S{3}
	is(st)
	a = st
	is(a)
	is(fmt.Errorf("x: %w", err))
	is(errors.Unwrap(fmt.Errorf("x: %w", err)))
	return nil
}
