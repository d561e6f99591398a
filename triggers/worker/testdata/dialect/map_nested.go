//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	m := map[string]map[string]int{}
	for _, k := range []string{"a", "b", "a"} {
		if m[k] == nil {
			m[k] = map[string]int{}
		}
		m[k]["n"]++
	}
	fmt.Println(m)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
