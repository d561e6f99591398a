//wake:on arrive /**
package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

type S struct{ n int }

func (s S) String() string { return fmt.Sprint("S", s.n) }

type P struct{ a, b int }

func mk(n int) S                  { return S{n} }
func mkp(n int) *P                { return &P{n, n} }
func show(s fmt.Stringer) string  { return "<" + s.String() + ">" }
func anyf(v any) string           { return fmt.Sprintf("%v", v) }
func pair() (int, string)         { return 1, "x" }
func take(n int, s string) string { return fmt.Sprint(n, s) }
func takeAny(a, b any) string     { return fmt.Sprint(a, b) }
func errf() error                 { return errors.New("e") }
func lenOf(xs []int) int          { return len(xs) }
func mks() []int                  { return []int{1, 2} }
func id(x int) int                { return x }

func Handle(c *wake.Context, e wake.Event) error {
	fmt.Println(show(mk(1)), anyf(mk(2)), anyf(mkp(3).a), take(pair()), takeAny(pair()))
	fmt.Println(pair())
	fmt.Println(lenOf(mks()), lenOf(mks()[1:]), id(id(id(4))), len(mks()), strings.ToUpper(take(pair())))
	fmt.Println(id(1)+id(2)*id(3), id(1) < id(2) && id(3) == 3, !(id(1) == 2))
	fmt.Println(strings.Repeat("ab", id(2)), strings.Contains(strings.ToLower("ABC"), "b"), anyf(errf()))
	x := []string{take(1, "a"), take(2, "b")}
	m := map[string]int{take(3, "c"): id(5)}
	fmt.Println(x, m, mks()[id(1)], P{id(1), id(2)}, *mkp(id(9)))
	var ss []fmt.Stringer
	ss = append(ss, mk(7), S{8})
	for _, s := range ss {
		fmt.Print(s, " ", s.String(), " ")
	}
	fmt.Println()
	if s := mk(3); s.n == id(3) && show(s) == "<S3>" {
		fmt.Println("ok", s)
	}
	for i := id(0); i < id(3); i += id(1) {
		fmt.Print(i)
	}
	fmt.Println(anyf(nil), anyf([]any{1, mk(1)}) != "", anyf(func() int { return 1 }()+1))
	a := [...]string{2: "c", 0: "a"}
	fmt.Println(len(a), a)
	b := []int{5: 1, 2}
	fmt.Println(b, len(b))
	y := id(3) + func() int { return 4 }()
	y += id(1)
	y = y*id(2) - id(id(1))
	fmt.Println(y, -id(2), id(7)/id(2), id(7)%id(4), uint8(id(300)), float64(id(1))/2)
	return nil
}
