//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type n struct {
	v    int
	next *n
}

func f(s string, r int) int { fmt.Print(s, " "); return r }

func two() (int, error) { return 2, nil }

func three() (a, b, c int) { return 1, 2, 3 }

func Handle(c *wake.Context, e wake.Event) error {
	xs := []int{0, 1, 2}
	i := 0
	i, xs[i] = 2, 9
	fmt.Println(i, xs)
	xs[f("l0", 0)], xs[f("l1", 1)] = f("r0", 5), f("r1", 6)
	fmt.Println(xs)
	a, b, c2 := 1, 2, 3
	a, b, c2 = c2, a, b
	fmt.Println(a, b, c2)
	a, b = b, a+b
	fmt.Println(a, b)
	l := &n{1, &n{2, &n{3, nil}}}
	var prev *n
	for l != nil {
		l.next, prev, l = prev, l, l.next
	}
	for p := prev; p != nil; p = p.next {
		fmt.Print(p.v)
	}
	fmt.Println()
	m := map[string]int{"a": 1, "b": 2}
	m["a"], m["b"] = m["b"], m["a"]
	fmt.Println(m)
	var err error
	xs[0], err = two()
	m["q"], err = two()
	fmt.Println(xs, m, err)
	_, m["r"], xs[2] = three()
	fmt.Println(m["r"], xs[2])
	var st struct{ x, y int }
	st.x, st.y = 1, f("y", 2)
	st.x, st.y = st.y, st.x
	fmt.Println(st)
	ps := []*n{{1, nil}, {2, nil}}
	ps[0].v, ps[1].v = ps[1].v, ps[0].v
	ps[0], ps[1] = ps[1], ps[0]
	fmt.Println(ps[0].v, ps[1].v)
	x, y := any(1), any("s")
	x, y = y, x
	fmt.Println(x, y)
	f1, f2 := func() int { return 1 }, func() int { return 2 }
	f1, f2 = f2, f1
	fmt.Println(f1(), f2())
	s, t := []int{1}, []int{2}
	s, t = append(t, s...), s[:0]
	fmt.Println(s, t)
	var e1, e2 error
	e1, e2 = fmt.Errorf("a"), nil
	e1, e2 = e2, e1
	fmt.Println(e1, e2)
	g, h := 0.5, 2
	g, h = float64(h), int(g*4)
	fmt.Println(g, h)
	var arr [3]int
	j := 1
	arr[j], j, arr[j+1] = 7, 0, 8
	fmt.Println(arr, j)
	p := &arr
	p[0], p[1] = p[1], p[0]
	fmt.Println(arr)
	lo, hi := 0, 10
	for lo < hi {
		mid := (lo + hi) / 2
		if mid < 7 {
			lo, hi = mid+1, hi
		} else {
			lo, hi = lo, mid
		}
	}
	fmt.Println(lo, hi)
	var q, r = 17 / 5, 17 % 5
	gcd := func(a, b int) int {
		for b != 0 {
			a, b = b, a%b
		}
		return a
	}
	fmt.Println(q, r, gcd(48, 18))
	st.x, _ = f("u", 3), f("v", 4)
	fmt.Println(st.x)
	wd, ok := m["nope"]
	fmt.Println(wd, ok)
	for k := 0; k < 2; k++ {
		wd, ok := m[[]string{"a", "zz"}[k]]
		in, is := x.(int)
		fmt.Println(wd, ok, in, is)
	}
	return nil
}
