//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type stack struct{ items []int }

func (s *stack) push(x int) { s.items = append(s.items, x) }
func (s *stack) pop() (int, bool) {
	if len(s.items) == 0 {
		return 0, false
	}
	x := s.items[len(s.items)-1]
	s.items = s.items[:len(s.items)-1]
	return x, true
}
func (s stack) len() int { return len(s.items) }

type counts map[string]int

func (c counts) inc(k string) { c[k]++ }

type ints []int

func (xs ints) sum() (t int) {
	for _, x := range xs {
		t += x
	}
	return
}
func (xs *ints) add(x int) { *xs = append(*xs, x) }

type temp float64

func (t temp) f() temp { return t*9/5 + 32 }

type pt struct{ x, y int }

func (p pt) add(q pt) pt  { return pt{p.x + q.x, p.y + q.y} }
func (p *pt) scale(k int) { p.x *= k; p.y *= k }
func (p pt) moved() pt    { p.x++; return p }

type mover interface {
	scale(int)
	moved() pt
}

type rect struct {
	min, max pt
	tags     map[string]pt
}

func Handle(c *wake.Context, e wake.Event) error {
	var s stack
	s.push(1)
	s.push(2)
	fmt.Println(s.len())
	for {
		x, ok := s.pop()
		if !ok {
			break
		}
		fmt.Print(x, " ")
	}
	fmt.Println(s.len())
	cs := counts{}
	cs.inc("a")
	cs.inc("a")
	fmt.Println(cs["a"], cs)
	var xs ints
	xs.add(3)
	xs.add(4)
	fmt.Println(xs.sum(), ints{1, 2}.sum(), len(xs))
	fmt.Printf("%.1f\n", temp(100).f())
	p := pt{1, 2}
	q := p.add(pt{1, 1}).add(p)
	q.scale(2)
	fmt.Println(p, q, p.moved(), p, p == pt{1, 2})
	var m mover = &p
	m.scale(3)
	fmt.Println(p, m.moved(), p)
	r := rect{pt{0, 0}, pt{4, 4}, nil}
	r.max.scale(2)
	pr := &r
	pr.min.x = 7
	pr.min.scale(2)
	c2 := *pr
	c2.min.x = 0
	fmt.Println(r, c2.min, r.min == c2.min)
	ps := []pt{{1, 1}, {2, 2}}
	for i := range ps {
		ps[i].scale(10)
	}
	for _, p := range ps {
		p.scale(10)
	}
	fmt.Println(ps)
	mp := map[string]*pt{"a": {1, 2}}
	mp["a"].scale(5)
	fmt.Println(*mp["a"])
	arr := [2]pt{}
	arr[1].scale(1)
	arr[1].x++
	brr := arr
	brr[1].x = 99
	fmt.Println(arr, brr[1])
	type pair struct {
		a, b *pt
	}
	pp := pair{&ps[0], &ps[0]}
	pp.a.x = 1234
	fmt.Println(pp.b.x, ps[0].x, pp.a == pp.b)
	anon := struct {
		pt
		z int
	}{pt{1, 2}, 3}
	anon.scale(2)
	fmt.Println(anon.x, anon.y, anon.z, anon.moved())
	return nil
}
