//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func two() (int, int) { return 1, 2 }

func one() int { return 1 }

func str() string { return "s" }

func Handle(c *wake.Context, e wake.Event) error {
	a, b := "", "old"
	a, b = str(), "new"
	fmt.Println(a, b)
	a, b = "x", str()
	fmt.Println(a, b)
	n, ok := 0, false
	n, ok = one(), true
	fmt.Println(n, ok)
	for i, k := 0, 1; i < 3 && k < 9; i, k = i+1, one()+k {
		fmt.Println(i, k)
	}
	xs := []string{"", ""}
	xs[0], xs[1] = str(), "z"
	fmt.Println(xs)
	return nil
}
