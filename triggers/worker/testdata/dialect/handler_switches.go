//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func grade(n int) string {
	switch {
	case n >= 90:
		return "A"
	case n >= 80, n == 79:
		return "B"
	}
	return "F"
}

func ft(n int) (s string) {
	switch n {
	case 1:
		s += "1"
		fallthrough
	case 2:
		s += "2"
		fallthrough
	case 3:
		s += "3"
	case 4, 5, 6:
		s += "456"
	default:
		s += "d"
	}
	return
}

func call(s string) bool { fmt.Print(s); return s == "b" }

type color string

const (
	red  color = "red"
	blue color = "blue"
)

func Handle(c *wake.Context, e wake.Event) error {
	for _, n := range []int{95, 85, 79, 10} {
		fmt.Print(grade(n), " ")
	}
	for i := 0; i < 7; i++ {
		fmt.Print(ft(i), " ")
	}
	fmt.Println()
	switch {
	case call("a"), call("b"), call("c"):
		fmt.Println(" hit")
	}
	switch x := len("abc"); x {
	case 1, 2:
		fmt.Println("small")
	case 3:
		fmt.Println("three")
	}
	switch x, y := 1, 2; {
	case x > y:
		fmt.Println("gt")
	case x < y:
		fmt.Println("lt")
	}
	var cl color = "blue"
	switch cl {
	case red:
		fmt.Println("r")
	case blue:
		fmt.Println("b")
	}
	switch s := fmt.Sprint(1); s + "x" {
	case "1x":
		fmt.Println("ok")
	}
	switch {
	default:
		fmt.Println("def")
	}
	switch 5 {
	}
	var p *int
	switch p {
	case nil:
		fmt.Println("nil ptr")
	}
	switch true {
	case false:
	case true:
		fmt.Println("true")
	}
	switch y := any(3).(type) {
	case string, int:
		fmt.Printf("%v\n", y)
	}
	b := byte('x')
	switch b {
	case 'a', 'e':
		fmt.Println("vowel")
	case 'x':
		fmt.Println("x")
	}
	k := 2
	switch k {
	case k * 1:
		fmt.Println("self")
	}
	for i := range 3 {
		switch {
		case i == 1:
			continue
		}
		fmt.Print(i)
	}
	fmt.Println()
	type pt struct{ x, y int }
	switch (pt{1, 2}) {
	case pt{1, 2}:
		fmt.Println("pt")
	}
	return nil
}
