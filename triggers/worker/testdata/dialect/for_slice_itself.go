//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	b := []byte("aabbccddee")
	n := 0
	for e := b[2:]; len(e) > 2; e = e[2:] {
		n += len(e)
	}
	for m := map[string]int{"a": 1}; len(m) > 0; {
		switch k := 1; k {
		default:
			fmt.Println("d")
		case 1:
			fmt.Println(k)
			delete(m, "a")
		}
	}
	fmt.Println(n)
	return nil
}
