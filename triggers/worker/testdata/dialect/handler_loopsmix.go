//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type acc struct{ vals []int }

func Handle(c *wake.Context, e wake.Event) error {
	var ptrs []*int
	for i, v := range []int{10, 20, 30} {
		if i == 1 {
			continue
		}
		ptrs = append(ptrs, &v)
	}
	for _, p := range ptrs {
		fmt.Print(*p, " ")
	}
	var fs []func()
	for i := 0; i < 6; i++ {
		if i%2 == 0 {
			continue
		}
		fs = append(fs, func() { i *= 10; fmt.Print(i, " ") })
	}
	for _, f := range fs {
		f()
		f()
	}
	fmt.Println()
	m := map[string]*acc{}
	for _, k := range []string{"a", "b", "a"} {
		a, ok := m[k]
		if !ok {
			a = &acc{}
			m[k] = a
		}
		a.vals = append(a.vals, len(k))
	}
	fmt.Println(len(m["a"].vals), len(m["b"].vals))
	var all [][]int
	for i := 0; i < 3; i++ {
		row := []int{}
		for j := 0; j <= i; j++ {
			row = append(row, i*j)
		}
		all = append(all, row)
	}
	fmt.Println(all)
	var structs []acc
	for i := range 3 {
		var a acc
		if i == 1 {
			a.vals = []int{1}
		}
		structs = append(structs, a)
	}
	fmt.Println(len(structs[0].vals), len(structs[1].vals), len(structs[2].vals))
	for i := 0; i < 3; i++ {
		var n int
		var s string
		var b bool
		var p *int
		var mm map[string]int
		var e error
		var arr [2]int
		if i == 0 {
			n, s, b, p, mm, e, arr = 5, "x", true, new(int), map[string]int{}, fmt.Errorf("e"), [2]int{1, 2}
		}
		fmt.Println(n, s, b, p == nil, mm == nil, e, arr)
	}
	for i := 0; i < 2; i++ {
		x, y := 0, ""
		if i == 0 {
			x, y = 1, "a"
		}
		fmt.Println(x, y)
	}
	i := 0
	for range 3 {
		i++
	}
	for i = 5; i < 8; i++ {
	}
	fmt.Println(i)
	var k, v any
	_ = k
	for k, v = range map[string]int{"z": 1} {
	}
	fmt.Println(k, v)
	var idx int
	var ch rune
	for idx, ch = range "ab" {
	}
	fmt.Println(idx, ch)
	type kv struct{ k, v int }
	for _, p := range []kv{{1, 2}, {3, 4}} {
		p.k, p.v = p.v, p.k
		fmt.Print(p, " ")
	}
	for i, n := 0, 3; i < n; i, n = i+1, n-1 {
		fmt.Print(i, n, " ")
	}
	for i := range [3]struct{}{} {
		fmt.Print(i)
	}
	fmt.Println()
	n := 3
	for n > 0 {
		n--
		func() {
			if n == 1 {
				return
			}
			fmt.Print("n", n)
		}()
	}
	fmt.Println()
	cnt := 0
	for i := range 3 {
		for i := range i + 1 {
			cnt += i
		}
		_ = i
	}
	fmt.Println(cnt)
	return nil
}
