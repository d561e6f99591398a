//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func a(int, string) (n int, err error) { x := 5; y := fmt.Sprint(x); return len(y), nil }

func b(_ int, _ string, z int) int { q := z * 2; return q }

type I interface{ m(int, string) string }

type T struct{ n int }

func (T) m(int, string) string { s := "m"; t := s + "n"; return t }

func (_ T) k(_ int) int { v := 4; return v }

func g(...int) int { x := 3; y := x + 1; return y }

func Handle(_ *wake.Context, _ wake.Event) error {
	fmt.Println(a(1, "q"))
	fmt.Println(b(1, "x", 4))
	var i I = T{7}
	fmt.Println(i.m(1, "z"), T{}.k(3), g(1, 2, 3), g())
	f := func(int, bool) string { a, b := 1, 2; return fmt.Sprint(a, b) }
	fmt.Println(f(9, true))
	h := func(_ string, xs ...int) int { n := len(xs); return n }
	fmt.Println(h("a"), h("b", 1, 2))
	return nil
}
