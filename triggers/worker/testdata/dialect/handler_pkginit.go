//wake:on arrive /**
package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

func pair() (int, string) { return 4, "four" }

var (
	b     = 10
	a     = b + 1
	names = []string{"x", "y"}
	index = func() map[string]int {
		m := map[string]int{}
		for i, n := range names {
			m[n] = i
		}
		return m
	}()
	errBad = errors.New("bad")
	upper  = strings.ToUpper
	rep    = strings.NewReplacer("a", "b")
	matrix = [2][2]int{{1, 2}, {3, 4}}
	cfg    = struct {
		n int
		s string
	}{1, "s"}
	ptr = &cfg
)

var log []string

var q, table = f("q", 3), build()

var x, y = pair()

func f(s string, n int) int { log = append(log, s); return n }

func build() []int { return []int{a, b} }

func init() { log = append(log, "init1") }

func init() { log = append(log, "init2") }

func Handle(c *wake.Context, e wake.Event) error {
	fmt.Println(a, b, table, index, errBad, upper("q"), x, y, rep.Replace("aa"), matrix, ptr.s, log)
	ptr.n = 5
	fmt.Println(cfg.n)
	return nil
}
