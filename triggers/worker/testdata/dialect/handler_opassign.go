//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type t struct {
	n   int
	xs  []int
	m   map[string]int
	arr [3]int
	p   *t
}

func idx() int { fmt.Print("i"); return 1 }

func Handle(c *wake.Context, e wake.Event) error {
	v := t{xs: []int{1, 2, 3}, m: map[string]int{"a": 1}, p: &t{}}
	v.n += 5
	v.n -= 1
	v.n *= 3
	v.n /= 2
	v.n %= 4
	v.xs[idx()] += 10
	v.m["a"] += 4
	v.m["b"]++
	v.m["c"] -= 2
	v.arr[2]--
	v.p.n++
	v.p.arr[idx()] |= 6
	s := "a"
	s += "b" + s
	m := map[string][]int{}
	m["k"] = append(m["k"], 1)
	m["k"][0] += 5
	m["k"][0]++
	mm := map[string]map[string]int{"x": {}}
	mm["x"]["y"] += 3
	mm["x"]["y"]++
	f := map[string]float64{}
	f["q"] += 1.5
	f["q"] *= 2
	st := map[string]string{}
	st["z"] += "w"
	st["z"] += "v"
	ptr := &v.n
	*ptr += 100
	*ptr++
	pp := &v.xs[0]
	*pp *= 7
	ms := map[string]*t{"a": {}}
	ms["a"].n += 2
	ms["a"].xs = append(ms["a"].xs, 1)
	var x uint8 = 250
	x += 10
	x <<= 3
	x >>= 1
	x ^= 0x0f
	x &^= 1
	fmt.Println(v.n, v.xs, v.m, v.arr, v.p.n, v.p.arr, s, m, mm, f, st, ms["a"].n, ms["a"].xs, x)
	var i8 int8 = 100
	i8 *= 2
	var f32 float32 = 0.1
	f32 *= 3
	c2 := 'a'
	c2 += 2
	b := []byte("abc")
	b[0] -= 32
	b[1] = b[2] - 'a' + 'A'
	fmt.Println(i8, f32, string(c2), string(b))
	return nil
}
