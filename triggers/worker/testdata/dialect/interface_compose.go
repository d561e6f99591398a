//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type Reader interface{ Read() string }
type Writer interface{ Write(string) }
type RW interface {
	Reader
	Writer
}
type T struct{ s string }

func (t *T) Read() string   { return t.s }
func (t *T) Write(s string) { t.s += s }
func use(x RW)              { x.Write("a"); x.Write("b"); fmt.Println(x.Read()) }
func run() {
	t := &T{}
	use(t)
	var r Reader = t
	fmt.Println(r.Read())
	if w, ok := r.(Writer); ok {
		w.Write("c")
		fmt.Println(t.s)
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
