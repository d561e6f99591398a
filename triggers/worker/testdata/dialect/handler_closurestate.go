//wake:on arrive /**
package main

import (
	"fmt"
	"sort"

	"github.com/wakefs/wakefs/triggers/wake"
)

type event struct {
	name string
	fn   func(int) int
}

type bus struct{ subs map[string][]func(string) }

func (b *bus) on(k string, f func(string)) {
	if b.subs == nil {
		b.subs = make(map[string][]func(string))
	}
	b.subs[k] = append(b.subs[k], f)
}

func (b *bus) emit(k, v string) int {
	for _, f := range b.subs[k] {
		f(v)
	}
	return len(b.subs[k])
}

type iter struct {
	next func() (int, bool)
}

func count(n int) iter {
	i := 0
	return iter{func() (int, bool) {
		defer func() { i++ }()
		return i, i < n
	}}
}

func filter(it iter, ok func(int) bool) iter {
	return iter{func() (int, bool) {
		for {
			v, more := it.next()
			if !more || ok(v) {
				return v, more
			}
		}
	}}
}

func collect(it iter) (out []int) {
	for v, ok := it.next(); ok; v, ok = it.next() {
		out = append(out, v)
	}
	return
}

func counterPair() (inc func(), get func() int) {
	n := 0
	inc = func() { n++ }
	get = func() int { return n }
	return
}

func Handle(c *wake.Context, e wake.Event) error {
	var b bus
	var log []string
	for _, who := range []string{"x", "y"} {
		b.on("k", func(v string) { log = append(log, who+v) })
	}
	fmt.Println(b.emit("k", "1"), b.emit("k", "2"), b.emit("none", ""), log)
	fmt.Println(collect(filter(count(10), func(n int) bool { return n%3 == 0 })))
	inc, get := counterPair()
	inc()
	inc()
	inc2, get2 := counterPair()
	inc2()
	fmt.Println(get(), get2())
	evs := []event{{"d", func(n int) int { return n * 2 }}, {"s", func(n int) int { return n * n }}}
	total := 0
	for i, ev := range evs {
		total += ev.fn(i + 3)
	}
	fmt.Println(total)
	acc := map[string]func() string{}
	for i, k := range []string{"a", "b", "c"} {
		v := fmt.Sprint(k, i)
		acc[k] = func() string { v += "."; return v }
	}
	keys := []string{}
	for k := range acc {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	for range 2 {
		for _, k := range keys {
			fmt.Print(acc[k](), " ")
		}
	}
	fmt.Println()
	var stack []func()
	for i := range 3 {
		stack = append(stack, func() { fmt.Print(i, " ") })
	}
	for len(stack) > 0 {
		top := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		top()
	}
	fmt.Println()
	x := 1
	add := func(d int) func() int {
		x += d
		y := x
		return func() int { y += d; return y*100 + x }
	}
	p, q := add(1), add(10)
	fmt.Println(p(), q(), p(), x)
	for i := 0; i < 2; i++ {
		v, err := fmt.Sprint(i), error(nil)
		data := []byte(v)
		m := map[string]int{v: i}
		defer func() { fmt.Println("end", v, err, string(data), m, i) }()
	}
	return nil
}
