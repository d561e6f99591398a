//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	s := "héllo"
	fmt.Println(len(s), s[1], s[1:3], string(s[0]), []rune(s)[1], []byte("ab"), string([]rune{19990}))
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
