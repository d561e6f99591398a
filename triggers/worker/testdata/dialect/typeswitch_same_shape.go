//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type A struct{ n int }
type B struct{ n int }

func kind(x any) string {
	switch x.(type) {
	case A:
		return "A"
	case B:
		return "B"
	case *A:
		return "*A"
	case *B:
		return "*B"
	}
	return "?"
}
func run() { fmt.Println(kind(A{1}), kind(B{2}), kind(&B{1}), kind(&A{1})) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
