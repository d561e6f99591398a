//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type opErr struct {
	op  string
	err error
}

func (e *opErr) Error() string { return e.op }

func (e *opErr) Unwrap() error { return e.err }

func do(n int) error {
	switch n {
	case 2:
		return &opErr{"read", errors.New("x")}
	case 5:
		return fmt.Errorf("five: %w", &opErr{"x", errors.New("y")})
	}
	return nil
}

func wrap(n int) (err error) {
	defer func() {
		if err != nil {
			err = &opErr{"wrap", err}
		}
	}()
	return do(n)
}

func Handle(c *wake.Context, e wake.Event) error {
	w := wrap(2)
	if o, ok := w.(*opErr); ok {
		if in, ok := o.err.(*opErr); ok {
			fmt.Println("inner1", in.op)
		}
	}
	for i := range 3 {
		err := do(i)
		w := wrap(i)
		if o, ok := w.(*opErr); ok {
			fmt.Println(o.op, o.err == err)
			if in, ok := o.err.(*opErr); ok {
				fmt.Println("inner", in.op)
			}
			x := o.err
			if in, ok := x.(*opErr); ok {
				fmt.Println("inner", in.op)
			}
		}
	}
	return nil
}
