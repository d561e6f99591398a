//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type G interface{ Get() int }
type A struct{ n int }

func (a *A) Get() int { return a.n }

type B struct{ G }

func run() { b := B{&A{7}}; fmt.Println(b.Get()); var g G = b; fmt.Println(g.Get()) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
