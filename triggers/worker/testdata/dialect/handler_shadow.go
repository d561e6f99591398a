//wake:on arrive /**
package main

import (
	"fmt"
	"strconv"

	"github.com/wakefs/wakefs/triggers/wake"
)

var x = "pkg"

type T int

func f(x int) (y int) {
	y = x
	{
		y := y + 10
		y++
		_ = y
	}
	if x := x * 2; x > 3 {
		y += x
	}
	for x := range 2 {
		y += x
	}
	return
}

func len2(s string) int { return len(s) }

func Handle(c *wake.Context, e wake.Event) error {
	fmt.Println(x, f(2), f(1))
	x := x + "!"
	fmt.Println(x)
	{
		x := 5
		x++
		fmt.Println(x)
		{
			x, y := "in", x
			fmt.Println(x, y)
		}
	}
	func(x float64) { fmt.Println(x / 2) }(3)
	n, err := strconv.Atoi("5")
	if err != nil {
		return err
	}
	if n, err := strconv.Atoi("z"); err != nil {
		fmt.Println(n, "inner")
	}
	m, err := strconv.Atoi("7")
	fmt.Println(n, m, err)
	string := func(i int) int { return i + 1 }
	fmt.Println(string(4))
	for i := 0; i < 2; i++ {
		i := i * 10
		fmt.Print(i, " ")
	}
	switch x := n; {
	case x > 3:
		x := "big"
		fmt.Println(x)
	}
	type U struct{ v int }
	t := U{3}
	fmt.Println(t.v)
	const c2 = 3
	{
		const c2 = "cc"
		fmt.Println(c2)
	}
	fmt.Println(c2, len2("abc"))
	max := 3
	fmt.Println(max)
	var fn func(int) int
	fn = func(n int) int {
		if n <= 0 {
			return 0
		}
		return fn(n-1) + n
	}
	fmt.Println(fn(3))
	return nil
}
