//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func f() int { fmt.Println("once"); return 3 }
func run() {
	for i := range f() {
		fmt.Print(i, " ")
	}
	for i := range len("abc") {
		fmt.Print(i, " ")
	}
	fmt.Println()
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
