//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type A struct{ n int }

func (a A) Get() int   { return a.n }
func (a *A) Set(n int) { a.n = n }

type B struct {
	A
	s string
}

func run() { b := B{A{1}, "x"}; b.Set(5); fmt.Println(b.Get(), b.n, b.A.n, b.s) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
