//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func f(n int) string {
	for i := range 10 {
		for j := range 10 {
			if i*j == n {
				return fmt.Sprint(i, "*", j)
			}
		}
	}
	return "none"
}
func run() { fmt.Println(f(42), f(97)) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
