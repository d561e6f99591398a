//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type opErr struct {
	op  string
	err error
}

func (e *opErr) Error() string { return e.op }

func (e *opErr) Unwrap() error { return e.err }

func do() error { return &opErr{"in", nil} }

func w1() (err error) {
	err = do()
	err = &opErr{"w1", err}
	return err
}

func w2() error {
	return &opErr{"w1", do()}
}

func w3() (err error) {
	func() { err = &opErr{"w1", err} }()
	return err
}

func w4() (err error) {
	err = do()
	func() { err = &opErr{"w1", err} }()
	return err
}

func w5() (err error) {
	defer func() { err = &opErr{"w1", err} }()
	err = do()
	return err
}

func w7() (err error) {
	defer func() {
		if err != nil {
			err = &opErr{"w1", err}
		}
	}()
	return do()
}

func dn(n int) error { return &opErr{"in", nil} }

func w8(n int) (err error) {
	defer func() { err = &opErr{"w1", err} }()
	return dn(n)
}

func w6() (err error) {
	e := do()
	defer func() { err = &opErr{"w1", e} }()
	return e
}

func Handle(c *wake.Context, e wake.Event) error {
	for _, f := range []func() error{w1, w2, w3, w4, w5, w6, w7, func() error { return w8(1) }} {
		w := f()
		_, ok := w.(*opErr).err.(*opErr)
		fmt.Println(ok)
	}
	return nil
}
