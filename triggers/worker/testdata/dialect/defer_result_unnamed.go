//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func f() int           { x := 1; defer func() { x = 5 }(); return x }
func g() (int, string) { defer fmt.Println("g done"); return 1, "one" }
func h() (int, string) { defer fmt.Println("h done"); return g() }
func run()             { fmt.Println(f()); fmt.Println(g()); fmt.Println(h()) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
