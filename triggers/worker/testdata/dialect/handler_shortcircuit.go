//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func t(s string) bool { fmt.Print(s); return true }
func f(s string) bool { fmt.Print(s); return false }

type n struct {
	v    int
	next *n
}

func Handle(c *wake.Context, e wake.Event) error {
	fmt.Println(t("a") || t("b"), f("c") && t("d"), f("e") || t("g") && f("h"), !f("i") && (f("j") || t("k")))
	var p *n
	if p != nil && p.v > 0 {
		fmt.Println("no")
	}
	if p == nil || p.next == nil {
		fmt.Println("nil")
	}
	xs := []int{}
	if len(xs) > 0 && xs[0] == 1 || len(xs) == 0 {
		fmt.Println("empty")
	}
	ok := t("1") && f("2")
	ok = ok || t("3")
	b := ok && len(xs) == 0
	fmt.Println(ok, b)
	for i := 0; i < 3 && t("."); i++ {
	}
	m := map[string]bool{"a": true}
	if m["a"] && !m["b"] {
		fmt.Println("map")
	}
	x, y := 1, 2
	z := x < y == true
	w := (x > y) != (y > x)
	fmt.Println(z, w, x == 1 != (y == 1))
	r := func() bool { return x > 0 && y > 0 }
	fmt.Println(r(), r() && !r())
	var err error
	if _, ok := m["zz"]; !ok && err == nil {
		fmt.Println("none")
	}
	if v, ok := m["a"]; ok && v {
		fmt.Println("v")
	} else if w, ok := m["b"]; ok || w {
		fmt.Println("w")
	}
	if v, ok := m["q"]; ok {
		fmt.Println("v", v)
	} else if v, ok := m["a"]; ok {
		fmt.Println("elseif", v)
	} else {
		fmt.Println("else", v)
	}
	return nil
}
