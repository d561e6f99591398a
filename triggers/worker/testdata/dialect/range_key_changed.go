//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	for i, s := range []string{"a", "b", "c"} {
		i++
		s += "!"
		fmt.Println(i, s)
	}
	for i := range [4]int{} {
		i *= 10
		if i == 20 {
			continue
		}
		fmt.Println(i)
	}
	for i, r := range "xyz" {
		i, r = i+1, r+1
		fmt.Println(i, string(r))
	}
	for k, v := range map[string]int{"k": 1} {
		k += "2"
		v++
		fmt.Println(k, v)
	}
	for i := range []int{7, 8} {
		i--
		func() { i += 5 }()
		fmt.Println(i)
	}
	return nil
}
