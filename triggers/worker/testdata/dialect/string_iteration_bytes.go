//wake:on arrive /**
package main

import (
	"fmt"
	"unicode/utf8"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	s := "añb"
	for i := 0; i < len(s); i++ {
		fmt.Print(s[i], " ")
	}
	fmt.Println(utf8.RuneCountInString(s))
	b := []byte(s)
	b[0] = 'X'
	fmt.Println(s, string(b))
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
