//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type httpErr struct {
	code int
	msg  string
}

func (e httpErr) Error() string { return fmt.Sprintf("%d %s", e.code, e.msg) }

type opErr struct {
	op  string
	err error
}

func (e *opErr) Error() string { return e.op + ": " + e.err.Error() }
func (e *opErr) Unwrap() error { return e.err }

type multiErr []error

func (m multiErr) Error() string { return fmt.Sprint(len(m), " errors") }

type strErr string

func (s strErr) Error() string { return string(s) }

const errConst = strErr("const")

var errBase = errors.New("base")

func do(n int) error {
	switch n {
	case 0:
		return nil
	case 1:
		return httpErr{404, "nf"}
	case 2:
		return &opErr{"read", errBase}
	case 3:
		return multiErr{errBase, errConst}
	case 4:
		return errConst
	case 5:
		return fmt.Errorf("five: %w", &opErr{"x", errConst})
	}
	var p *opErr
	_ = p
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
	for i := range 6 {
		err := do(i)
		fmt.Println(i, err, err != nil, errors.Is(err, errBase), errors.Is(err, errConst))
		if i == 3 {
			continue
		}
		w := wrap(i)
		fmt.Println(w, errors.Is(w, errBase))
		if o, ok := w.(*opErr); ok {
			fmt.Println(o.op, o.err == err)
			if in, ok := o.err.(*opErr); ok {
				fmt.Println("inner", in.op)
			}
		}
		switch err {
		case nil:
			fmt.Println("nil")
		case errConst:
			fmt.Println("const")
		default:
			fmt.Println("other")
		}
	}
	var err error = &opErr{"q", errBase}
	same := err
	fmt.Println(same == err, errors.Unwrap(err) == errBase)
	for err != nil {
		fmt.Println("chain", err)
		err = errors.Unwrap(err)
	}
	errs := map[string]error{"a": do(1), "b": do(0)}
	if errs["b"] == nil && errs["a"] != nil {
		fmt.Println(errs["a"])
	}
	fmt.Printf("%v|%s|%q|%10v|\n", do(4), do(1), do(4), do(4))
	return do(1)
}
