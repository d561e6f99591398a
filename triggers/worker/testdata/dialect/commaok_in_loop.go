//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	m := map[string]int{"a": 5}
	for _, k := range []string{"a", "b"} {
		v, ok := m[k]
		n, _ := m[k]
		fmt.Println(k, v, ok, n)
	}
	return nil
}
