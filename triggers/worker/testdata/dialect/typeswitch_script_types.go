//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type A struct{ n int }
type B struct{ s string }

func kind(x any) string {
	switch v := x.(type) {
	case A:
		return fmt.Sprint("A", v.n)
	case *A:
		return fmt.Sprint("*A", v.n)
	case B:
		return fmt.Sprint("B", len(v.s))
	case nil:
		return "nil"
	}
	return "?"
}
func run() { fmt.Println(kind(A{1}), kind(&A{2}), kind(B{"x"}), kind(nil), kind(4)) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
