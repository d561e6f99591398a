//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func two() (int, error)          { return 1, nil }
func take(n int, e error) string { return fmt.Sprint(n, e) }
func run()                       { fmt.Println(take(two())); a, b := 1, 2; a, b = b, a; fmt.Println(a, b) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
