//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type I interface{ id() int }

type A struct{ n int }

func (a A) id() int { return a.n }

func Handle(c *wake.Context, e wake.Event) error {
	m := map[any]int{}
	m[1] = 2
	m["a"] = 3
	m[A{1}] = 4
	m[[2]int{1, 2}] = 5
	fmt.Println(m[1], m["a"], m[A{1}], m[A{2}], m[[2]int{1, 2}], len(m))
	e1 := errors.New("x")
	em := map[error]int{e1: 1}
	em[e1]++
	fmt.Println(em[e1])
	a, b := &A{1}, &A{1}
	pm := map[*A]int{a: 1}
	pm[b] = 2
	fmt.Println(pm[a], pm[b], len(pm))
	var x any = A{1}
	var y any = A{1}
	fmt.Println(x == y, x != y, x == any(1))
	y = 5
	fmt.Println(x == y, y == 5)
	return nil
}
