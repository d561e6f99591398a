//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	x := 10
	x += 5
	x -= 3
	x *= 2
	x /= 4
	x %= 4
	x <<= 3
	x |= 1
	x &= 0x1f
	x ^= 2
	fmt.Println(x)
	s := []int{1, 2}
	s[0] += 10
	m := map[string]float64{"a": 1}
	m["a"] *= 2.5
	fmt.Println(s, m)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
