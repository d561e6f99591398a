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

type L int

func (l L) String() string { return "L" }

func mk() any           { return &myErr{7} }
func mk2() error        { return &myErr{7} }
func mk3() any          { return S{7} }
func mk4() fmt.Stringer { return S{7} }

func Handle(c *wake.Context, e wake.Event) error {
	var a any = &myErr{5}
	fmt.Println(1, a)
	a = &myErr{5}
	fmt.Println(2, a)
	var err error = &myErr{5}
	a = err
	fmt.Println(3, a)
	a = errors.New("x")
	fmt.Println(4, a)
	a = P{1, 2}
	fmt.Println(5, a)
	a = &P{1, 2}
	fmt.Println(6, a.(*P).A)
	a = S{1}
	fmt.Println(7, a)
	var s fmt.Stringer = S{2}
	fmt.Println(8, s, s.String())
	a = s
	fmt.Println(9, a)
	a = L(1)
	fmt.Println(10, a)
	fmt.Println(11, mk(), mk2(), mk3(), mk4())
	fmt.Println(12, L(1), S{3}, &myErr{3}, &S{4})
	c.Log(13, L(1), S{3}, err, s)
	c.Logf("%v %v %v %v", L(1), S{3}, err, s)
	fmt.Println(14, fmt.Sprintf("%d %s", L(3), L(3)))
	a = []int{1}
	fmt.Println(15, a)
	xs := []any{1, "a", S{5}, &myErr{6}, P{1, 2}, nil, L(2)}
	for i, x := range xs {
		fmt.Println(16, i, x)
	}
	fmt.Println(xs...)
	m := map[string]any{"a": S{1}}
	fmt.Println(18, m["a"])
	var ss []fmt.Stringer
	ss = append(ss, S{1}, L(2))
	for _, s := range ss {
		fmt.Println(19, s, s.String())
	}
	return nil
}
