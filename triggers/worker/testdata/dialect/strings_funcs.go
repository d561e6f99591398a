//wake:on arrive /**
package main

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	fmt.Println(strings.Fields(" a b  c "), strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return -1
		}
		return r
	}, "aBc"), strings.ToUpper("x"), strings.Split("a,b", ","), strings.Repeat("z", 3))
	var sb strings.Builder
	for i := range 3 {
		fmt.Fprint(&sb, i)
	}
	fmt.Println(sb.String())
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
