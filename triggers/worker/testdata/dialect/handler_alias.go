//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func step(n int) (m int) {
	m = 1
	return n + m
}

func swap(a, b string) (x, y string) {
	x = b
	y = a
	return
}

func add(xs []int, v int) (out []int, err error) {
	out = append(out, xs...)
	out = append(out, v)
	return out, err
}

type T struct{ n int }

func (t T) with(n int) (r T) {
	r = t
	r.n += n
	return
}

func (t *T) inc() (old int) {
	old = t.n
	t.n++
	return old
}

func rec(n int) (t int) {
	if n == 0 {
		return 1
	}
	t = rec(n - 1)
	t += n
	return t
}

func fail(n int) (v int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("r %v", r)
		}
	}()
	if n%2 == 1 {
		panic("odd")
	}
	return n, nil
}

func unnamed(n int) int {
	defer func() { recover() }()
	if n%2 == 1 {
		panic("odd")
	}
	return n
}

func Handle(c *wake.Context, e wake.Event) (err error) {
	n := 5
	n = step(n)
	n = step(n)
	fmt.Println(n)
	a, b := "1", "2"
	a, b = swap(a, b)
	fmt.Println(a, b)
	var xs []int
	for i := range 3 {
		xs, err = add(xs, i)
	}
	fmt.Println(xs, err)
	t := T{1}
	t = t.with(2)
	t = t.with(3)
	fmt.Println(t, t.inc(), t.n)
	fmt.Println(rec(4))
	for i := range 4 {
		v, err := fail(i)
		fmt.Println(v, err, unnamed(i))
	}
	f := func(k int) (s string) {
		if k > 0 {
			s = "pos"
		}
		return
	}
	for i := 1; i > -2; i-- {
		fmt.Println(i, f(i) == "pos")
	}
	x := 3
	x = func(y int) (z int) { z = y * x; return }(x)
	fmt.Println(x)
	return
}
