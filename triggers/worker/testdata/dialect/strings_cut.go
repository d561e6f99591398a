//wake:on arrive /**
package main

import (
	"fmt"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	a, b, ok := strings.Cut("k=v", "=")
	fmt.Println(a, b, ok)
	s, ok := strings.CutPrefix("abc", "a")
	fmt.Println(s, ok)
	r := strings.NewReplacer("a", "1")
	fmt.Println(r.Replace("banana"))
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
