//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type id struct {
	a int
	b string
}

type wrap struct {
	id  id
	arr [2]id
	ok  bool
}

type key struct {
	x any
	n int
}

type inner struct{ v int }

type outer struct {
	inner
	s string
}

func Handle(c *wake.Context, e wake.Event) error {
	a, b := wrap{id: id{1, "x"}}, wrap{id: id{1, "x"}}
	fmt.Println(a == b, a != b, a.id == b.id, a.arr == b.arr, a == wrap{})
	b.arr[1].b = "q"
	fmt.Println(a == b, a.arr[1] == b.arr[1])
	m := map[wrap]int{a: 1}
	m[b]++
	m[a]++
	fmt.Println(m[a], m[b], len(m))
	ks := map[key]int{{1, 1}: 1, {"a", 1}: 2}
	fmt.Println(ks[key{1, 1}], ks[key{"a", 1}], ks[key{2, 1}])
	p, q := &a, &a
	fmt.Println(p == q, p == &b, *p == a)
	var i, j any = a, a
	fmt.Println(i == j, i == any(b), i != nil)
	o := outer{inner{1}, "s"}
	fmt.Println(o == outer{inner{1}, "s"}, o.v, o.inner == inner{1})
	arr := [2][]int{{1}, {2}}
	brr := arr
	brr[0][0] = 9
	brr[1] = nil
	fmt.Println(arr, brr[1] == nil)
	type pt struct{ x, y int }
	seen := map[pt]bool{}
	dirs := [...]pt{{0, 1}, {1, 0}, {0, -1}, {-1, 0}}
	pos := pt{}
	for k := range 8 {
		d := dirs[k%len(dirs)]
		pos = pt{pos.x + d.x, pos.y + d.y}
		if seen[pos] {
			fmt.Print("again ", pos, " ")
		}
		seen[pos] = true
	}
	fmt.Println(len(seen))
	set := map[any]bool{1: true, "1": true, 1.0: true, pt{1, 2}: true}
	fmt.Println(len(set), set[1], set[pt{1, 2}], set[2])
	f := func(x, y any) bool { return x == y }
	fmt.Println(f(1, 1), f(1, 1.0), f("a", "a"), f(nil, nil), f(pt{1, 1}, pt{1, 1}), f(p, q))
	var np *wrap
	var ni any = np
	fmt.Println(np == nil, ni == nil, ni == (*wrap)(nil))
	var e1, e2 error
	fmt.Println(e1 == e2, e1 == nil)
	return nil
}
