//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type myErr struct{ code int }

func (e *myErr) Error() string { return fmt.Sprint("code ", e.code) }

type P struct{ A, B int }

type S struct{ n int }

func (s S) String() string { return fmt.Sprint("S", s.n) }

type W struct {
	E error
	S fmt.Stringer
	V any
}

func Handle(c *wake.Context, e wake.Event) error {
	var a any = &P{1, 2}
	fmt.Println(0, a)
	fmt.Println(1, []any{1, "a", nil, 2.5, P{1, 2}, []int{1}})
	fmt.Println(2, map[string]any{"a": 1, "b": "x", "c": []any{1, "z"}})
	fmt.Println(3, []error{errors.New("x"), nil})
	fmt.Println(4, []any{P{1, 2}})
	m := map[string]any{"k": 1}
	m["l"] = []string{"q"}
	m["p"] = P{3, 4}
	fmt.Println(5, m)
	fmt.Println(6, []any{map[string]any{"x": P{1, 2}}})
	fmt.Println(7, []error{&myErr{1}})
	fmt.Println(8, []fmt.Stringer{S{1}})
	fmt.Println(9, W{&myErr{1}, S{1}, P{1, 2}})
	fmt.Println(10, []any{S{1}})
	w := W{errors.New("e"), nil, 1}
	fmt.Println(11, w)
	type R struct {
		E any
		X int
	}
	fmt.Println(12, R{1, 2}, []R{{"a", 2}})
	fmt.Printf("%v %s %d\n", []any{1}, []any{"s"}, []any{3})
	return nil
}
