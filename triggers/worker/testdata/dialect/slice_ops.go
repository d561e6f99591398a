//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	s := []int{1, 2, 3, 4, 5}
	t := s[1:3]
	t = append(t, 99)
	fmt.Println(s, t, len(t), cap(t))
	u := s[1:3:3]
	u = append(u, 7)
	fmt.Println(s, u)
	copy(s, s[2:])
	fmt.Println(s)
	s = append(s[:1], s[2:]...)
	fmt.Println(s)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
