//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	var x any = 5
	s, _ := x.(string)
	m, ok := x.(map[string]any)
	f, _ := x.(float64)
	l, _ := x.([]any)
	fmt.Println(s == "", m == nil, ok, f, len(l))
	var n any
	i, ok := n.(int)
	fmt.Println(i, ok)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
