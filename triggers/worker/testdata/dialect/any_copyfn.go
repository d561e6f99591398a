//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type T struct{ n int }

func cp(t T) T { return t }

func Handle(c *wake.Context, e wake.Event) error {
	t := T{1}
	var a any = cp(t)
	t.n = 2
	fmt.Println(a.(T).n)
	var u T
	u = t
	b := t
	t.n = 3
	fmt.Println(u.n, b.n)
	xs := []any{cp(t)}
	m := map[string]any{"a": cp(t)}
	t.n = 4
	fmt.Println(xs[0].(T).n, m["a"].(T).n)
	ys := []T{t}
	ms := map[string]T{"a": t}
	t.n = 5
	fmt.Println(ys[0].n, ms["a"].n)
	ys = append(ys, t)
	t.n = 6
	fmt.Println(ys[1].n)
	arr := [2]int{1, 2}
	brr := arr
	arr[0] = 9
	fmt.Println(brr)
	ch := make(chan T, 1)
	ch <- t
	t.n = 7
	fmt.Println((<-ch).n)
	w := struct{ in T }{t}
	t.n = 8
	fmt.Println(w.in.n)
	p := &T{t.n}
	q := *p
	p.n = 10
	fmt.Println(q.n)
	ys[0], ys[1] = ys[1], ys[0]
	fmt.Println(ys[0].n, ys[1].n)
	for _, y := range ys {
		y.n = 100
	}
	z := ys[0]
	z.n = 50
	fmt.Println(ys[0].n)
	func(t T) { t.n = 1 }(z)
	fmt.Println(z.n)
	return nil
}
