//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type myErr struct{ code int }

func (e *myErr) Error() string { return fmt.Sprint("code ", e.code) }

type valErr struct{ s string }

func (e valErr) Error() string { return "val " + e.s }

var errNope = errors.New("nope")

var sentinel error = &myErr{99}

var ptr = &myErr{98}

func f(n int) error {
	switch n {
	case 0:
		return &myErr{1}
	case 1:
		return errNope
	case 2:
		return sentinel
	case 3:
		return ptr
	case 4:
		return valErr{"v"}
	}
	return nil
}

func Handle(c *wake.Context, e wake.Event) error {
	for i := 0; i < 6; i++ {
		err := f(i)
		fmt.Println(i, err, err == nil, errors.Is(err, sentinel), errors.Is(err, errNope))
		if err != nil {
			w := fmt.Errorf("w: %w", err)
			fmt.Println(w, errors.Is(w, sentinel), errors.Is(w, ptr), errors.Is(w, errNope))
			fmt.Println(errors.Unwrap(w).Error())
			if m, ok := errors.Unwrap(w).(*myErr); ok {
				fmt.Println("my", m.code)
			}
			j := errors.Join(errNope, err)
			fmt.Println(j, errors.Is(j, ptr))
		}
		if m, ok := err.(*myErr); ok {
			fmt.Println("my", m.code, m == ptr)
		}
		switch x := err.(type) {
		case nil:
			fmt.Println("nil")
		case *myErr:
			fmt.Println("*myErr", x.code)
		default:
			fmt.Println("other", x)
		}
	}
	errs := []error{f(0), f(1), nil}
	fmt.Println(errs[0], errs[1], errs[2], len(errs))
	fmt.Println(errs)
	m := map[string]error{"a": f(2)}
	fmt.Println(m["a"], m)
	fmt.Printf("%v %s %q\n", f(0), f(0), f(0))
	var a any = f(0)
	if er, ok := a.(error); ok {
		fmt.Println("any holds", er)
	}
	a = &myErr{5}
	if er, ok := a.(error); ok {
		fmt.Println("any holds", er)
	}
	fmt.Println(a)
	if x, ok := a.(*myErr); ok {
		fmt.Println(x.code)
	}
	return nil
}
