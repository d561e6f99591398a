//wake:on arrive /**
package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

type T struct {
	n int
	s []string
}

func r1(m map[string]int, k string) (int, bool) { v, ok := m[k]; return v, ok }
func r2(a, b int) (int, int)                    { return b, a }
func r3(t T) (T, *T, error)                     { return t, &t, nil }
func r4(x any) (string, bool)                   { s, ok := x.(string); return s, ok }
func r5(ok bool) (_ int, err error) {
	if !ok {
		return 0, errors.New("r5")
	}
	return 3, nil
}
func r6() (func() int, error)     { n := 0; return func() int { n++; return n }, nil }
func r7(s string) ([]string, int) { p := strings.Split(s, ","); return p, len(p) }
func r8(n int) (int, string)      { return n * 2, fmt.Sprint(n) + "!" }
func r9(xs ...int) (lo, hi int) {
	if len(xs) == 0 {
		return
	}
	lo, hi = xs[0], xs[0]
	for _, x := range xs[1:] {
		lo, hi = min(lo, x), max(hi, x)
	}
	return lo, hi
}
func r10(a, b int) (q, r int, err error) {
	if b == 0 {
		err = errors.New("div")
		return
	}
	return a / b, a % b, nil
}
func r11(n int) int {
	if n <= 1 {
		return 1
	}
	return n * r11(n-1)
}
func r12(n int) (a, b int) {
	if n == 0 {
		return 0, 1
	}
	a, b = r12(n - 1)
	return b, a + b
}
func r13(f float64, n int) (float64, int, bool) { return f * 2, -n, f > float64(n) && !(n == 0) }
func r14(p *T) (n int)                          { p.n++; return p.n + p.n*10 }
func r15() error                                { return r16() }
func r16() error                                { return nil }
func r17() (int, error)                         { return r5(false) }
func r18() (any, error)                         { return T{n: 1}, nil }
func r19() (e error, x any, s []int)            { return }

func Handle(c *wake.Context, e wake.Event) error {
	m := map[string]int{"a": 1}
	fmt.Println(r1(m, "a"))
	fmt.Println(r1(m, "z"))
	fmt.Println(r2(1, 2))
	t, p, err := r3(T{n: 4})
	p.n = 9
	fmt.Println(t.n, p.n, err)
	fmt.Println(r4("s"))
	fmt.Println(r4(1))
	fmt.Println(r5(true))
	fmt.Println(r5(false))
	f, _ := r6()
	g, _ := r6()
	fmt.Println(f(), f(), g())
	fmt.Println(r7("a,b"))
	fmt.Println(r8(4))
	fmt.Println(r9(3, 1, 2))
	fmt.Println(r9())
	fmt.Println(r10(7, 2))
	fmt.Println(r10(7, 0))
	fmt.Println(r11(10))
	fmt.Println(r12(10))
	fmt.Println(r13(2.5, 2))
	fmt.Println(r14(&t), t.n)
	fmt.Println(r15() == nil, r16())
	fmt.Println(r17())
	v, err := r18()
	fmt.Println(v.(T).n, err)
	fmt.Println(r19())
	a, b := r2(r2(5, 6))
	fmt.Println(a, b)
	for i := range 3 {
		x, y := r12(i)
		z, err := r5(i%2 == 0)
		fmt.Println(x, y, z, err)
	}
	return nil
}
