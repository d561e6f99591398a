//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	m := map[string]int{"a": 1}
	v, ok := m["a"]
	v, ok = m["b"]
	fmt.Println(v, ok)
	var x any = "s"
	n := 5
	n, ok = x.(int)
	fmt.Println(n, ok)
	for _, x := range []any{1, "a", 2} {
		n, ok := x.(int)
		fmt.Println(n, ok)
	}
	return nil
}
