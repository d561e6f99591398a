//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type op func(int) int

func compose(fs ...op) op {
	return func(x int) int {
		for _, f := range fs {
			x = f(x)
		}
		return x
	}
}

func adder(n int) op { return func(x int) int { return x + n } }

func memo(f func(int) int) func(int) int {
	m := map[int]int{}
	return func(n int) int {
		if v, ok := m[n]; ok {
			return v
		}
		v := f(n)
		m[n] = v
		return v
	}
}

func gen() func() (int, bool) {
	i := 0
	return func() (int, bool) {
		if i >= 3 {
			return 0, false
		}
		i++
		return i, true
	}
}

type handler struct {
	name string
	fn   func(string) error
}

func Handle(c *wake.Context, e wake.Event) error {
	fmt.Println(compose(adder(1), adder(10), func(x int) int { return x * 2 })(5))
	calls := 0
	sq := memo(func(n int) int { calls++; return n * n })
	fmt.Println(sq(3), sq(3), sq(4), calls)
	next := gen()
	for v, ok := next(); ok; v, ok = next() {
		fmt.Print(v, " ")
	}
	fmt.Println()
	hs := []handler{{"a", func(s string) error { return fmt.Errorf("a %s", s) }}, {"b", nil}, {name: "c"}}
	for _, h := range hs {
		if h.fn != nil {
			fmt.Println(h.name, h.fn("x"))
		}
	}
	table := map[string]func(float64, float64) float64{
		"+": func(a, b float64) float64 { return a + b },
		"-": func(a, b float64) float64 { return a - b },
	}
	for _, k := range []string{"+", "-", "*"} {
		if f, ok := table[k]; ok {
			fmt.Println(k, f(3, 2))
		} else {
			fmt.Println("no", k, f == nil)
		}
	}
	x := 1
	inc := func() { x++ }
	inc()
	{
		x := 100
		x++
		inc()
	}
	if x := x * 2; x > 5 {
		fmt.Println("in", x)
	}
	fmt.Println(x)
	var fs [3]func() int
	for i := range fs {
		y := i * i
		fs[i] = func() int { y++; return y }
	}
	fmt.Println(fs[0](), fs[0](), fs[2](), fs[1]())
	var visit func(n int) int
	visit = func(n int) int {
		if n == 0 {
			return 0
		}
		return n + visit(n-1)
	}
	fmt.Println(visit(4))
	func() {
		defer func() { x = 7 }()
	}()
	fmt.Println(x)
	acc := []int{}
	each := func(f func(i int) bool) {
		for i := 0; i < 10; i++ {
			if !f(i) {
				return
			}
		}
	}
	each(func(i int) bool { acc = append(acc, i); return i < 3 })
	fmt.Println(acc)
	return nil
}
