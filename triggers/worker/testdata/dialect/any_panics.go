//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type myErr struct{ code int }

func (e *myErr) Error() string { return fmt.Sprint("code ", e.code) }

type T struct{ n int }

func try(f func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case error:
			err = fmt.Errorf("recovered: %w", r)
		case string:
			err = errors.New("string " + r)
		case T:
			err = fmt.Errorf("T %d", r.n)
		case *T:
			err = fmt.Errorf("*T %d", r.n)
		case int:
			err = fmt.Errorf("int %d", r)
		default:
			err = fmt.Errorf("other %v", r)
		}
	}()
	f()
	return nil
}

func try2(f func()) (m *myErr) {
	defer func() {
		r := recover()
		m, _ = r.(*myErr)
	}()
	f()
	return nil
}

func Handle(c *wake.Context, e wake.Event) error {
	fmt.Println(try(func() { panic(&myErr{3}) }))
	fmt.Println(try(func() { panic("s") }))
	fmt.Println(try(func() { panic(T{4}) }))
	fmt.Println(try(func() { panic(&T{5}) }))
	fmt.Println(try(func() { panic(6) }))
	fmt.Println(try(func() { panic(errors.New("x")) }))
	fmt.Println(try(func() {}))
	fmt.Println(try2(func() { panic(&myErr{3}) }).code)
	var err error = &myErr{8}
	fmt.Println(try2(func() { panic(err) }).code)
	return nil
}
