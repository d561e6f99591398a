//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func counter() func() int { n := 0; return func() int { n++; return n } }
func run()                { a, b := counter(), counter(); fmt.Println(a(), a(), b(), a()) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
