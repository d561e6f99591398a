//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func ft(n int) (s string) {
	if n == 1 {
		s += "1"
	}
	return
}

func ft2(n int) (s string) {
	if n > 0 {
		s = "x"
	}
	return s
}

func ft3(n int) (k int, err error) {
	if n == 0 {
		k = 5
		err = fmt.Errorf("e")
	}
	return
}

func ft4(n int) (k int, ok bool) {
	switch n {
	case 0:
		k += 5
		ok = true
	}
	return
}

func ft5(n int) (m map[string]int, xs []int) {
	if n == 0 {
		m = map[string]int{}
		xs = append(xs, 1)
	}
	return
}

func ft6(n int) (s string) {
	switch n {
	case 1:
		s += "1"
		fallthrough
	default:
		s += "d"
	}
	return
}

func ft7(n int) (k int) {
	k += n
	return
}

func ft8(n int) (s string) {
	s += "d"
	return
}

func ft9(n int) (s string) {
	s = s + "d"
	return s
}

func Handle(c *wake.Context, e wake.Event) error {
	for i := range 3 {
		fmt.Println("a", ft(i))
		fmt.Println("b", ft2(2-i))
		fmt.Println(ft3(i))
		fmt.Println(ft4(i))
		fmt.Println(ft5(i))
		fmt.Println("c", ft6(i))
		fmt.Println("d", ft7(i))
		fmt.Println("e", ft8(i))
		fmt.Println("f", ft9(i))
		x := ft8(i)
		y, z := ft8(i), ft8(i)
		fmt.Println(x, y, z)
	}
	return nil
}
