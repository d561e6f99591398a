//wake:on arrive /**
package main

import (
	"fmt"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

type addr struct{ street, city string }

type person struct {
	name  string
	age   int
	addr  addr
	tags  []string
	meta  map[string]string
	boss  *person
	on    func() string
	grid  [2][2]int
	inner struct{ a, b int }
}

func newPerson(n string) *person { return &person{name: n, meta: map[string]string{}} }

func (p *person) with(f func(*person)) *person { f(p); return p }

func (p person) older() person { p.age++; p.tags = append(p.tags, "old"); return p }

func Handle(c *wake.Context, e wake.Event) error {
	p := newPerson("al").with(func(p *person) { p.age = 3 }).with(func(p *person) { p.addr.city = "X" })
	q := *p
	q.addr.city = "Y"
	q.meta["k"] = "shared"
	q.grid[1][1] = 5
	q.inner.a = 7
	fmt.Println(p.addr.city, q.addr.city, p.meta["k"], p.grid, q.grid, p.inner, q.inner)
	r := p.older().older()
	fmt.Println(p.age, r.age, len(p.tags), len(r.tags))
	p.boss = &q
	p.boss.boss = newPerson("top")
	fmt.Println(p.boss.boss.name, p.boss.addr)
	p.boss.boss.age += 4
	p.boss.boss.age++
	p.boss.boss.addr, p.tags = addr{"s", "c"}, []string{"a", "b"}
	fmt.Println(p.boss.boss.age, p.boss.boss.addr.street, strings.Join(p.tags, "+"))
	p.on = func() string { return "on " + p.name }
	fmt.Println(p.on(), q.on == nil)
	ps := []person{{name: "a"}, {name: "b", age: 2}}
	for i := range ps {
		pp := &ps[i]
		pp.age += 10
		pp.addr.city = pp.name
	}
	fmt.Println(ps[0].age, ps[1].addr.city)
	ps = append(ps, ps[0])
	ps[2].name = "c"
	fmt.Println(ps[0].name, len(ps))
	mp := map[string]person{"x": ps[0]}
	v := mp["x"]
	v.name = "changed"
	fmt.Println(mp["x"].name)
	mp["x"] = v
	fmt.Println(mp["x"].name, mp["x"].addr.city)
	type point struct{ x, y int }
	a, b := point{1, 2}, point{y: 2, x: 1}
	fmt.Println(a == b, &a == &b, a != point{})
	arr := [3]point{{1, 1}, {2, 2}}
	brr := arr
	brr[0].x = 9
	pa := &arr
	pa[2].y = 4
	fmt.Println(arr, brr, arr == brr)
	anon := []struct {
		in   string
		want int
	}{{"a", 1}, {"b", 2}}
	for _, t := range anon {
		fmt.Print(t.in, t.want, " ")
	}
	fmt.Println()
	fmt.Printf("%v %+v\n", a, []int{1})
	var np *person
	func() {
		defer func() { fmt.Println(recover() != nil) }()
		fmt.Println(np.name)
	}()
	x := new(point)
	x.x, x.y = 3, x.x
	*x = point{x.y, x.x}
	fmt.Println(*x)
	pt := &x
	(*pt).x = 11
	(**pt).y = 12
	fmt.Println(x.x, x.y)
	return nil
}
