//wake:on arrive /**
package main

import (
	"fmt"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

type T struct {
	k string
	n int
}

func (t T) kind() string { return t.k }

func two() int { return 2 }

func Handle(c *wake.Context, e wake.Event) error {
	s := "a"
	switch s + "x" {
	case "ax":
		fmt.Println(1)
	}
	n := 3
	switch n % 2 {
	case 0:
		fmt.Println("even")
	case 1:
		fmt.Println("odd")
	}
	switch n := n * 2; n + 1 {
	case 7:
		fmt.Println(2)
	}
	t := T{"k", 1}
	switch t.k {
	case "k":
		fmt.Println(3)
	}
	switch t.kind() {
	case "k":
		fmt.Println(4)
	}
	switch two() {
	case 2:
		fmt.Println(5)
	}
	switch strings.ToUpper(s) {
	case "A":
		fmt.Println(6)
	}
	xs := []string{"q"}
	switch xs[0] {
	case "q":
		fmt.Println(7)
	}
	m := map[string]int{"a": 1}
	switch m["a"] {
	case 1:
		fmt.Println(8)
	}
	switch len(xs) {
	case 1:
		fmt.Println(9)
	}
	switch int64(n) {
	case 3:
		fmt.Println(10)
	}
	switch s[0] {
	case 'a':
		fmt.Println(11)
	}
	switch b := s[0]; b - 'a' {
	case 0:
		fmt.Println(12)
	}
	switch x := n & 1; x {
	case 1:
		fmt.Println(13)
	}
	switch -n {
	case -3:
		fmt.Println(14)
	}
	switch n > 2 {
	case true:
		fmt.Println(15)
	}
	switch !(n > 2) {
	case true:
		fmt.Println("no")
	default:
		fmt.Println(16)
	}
	switch p := &t; p.n {
	case 1:
		fmt.Println(17)
	}
	switch f := 1.5; {
	case f > 1:
		fmt.Println(18)
	}
	switch n {
	case 3:
		fmt.Println(19)
	}
	switch 3 {
	case n:
		fmt.Println(20)
	}
	switch *(&n) {
	case 3:
		fmt.Println(21)
	}
	switch strings.Split("a,b", ",")[1] {
	case "b":
		fmt.Println(22)
	}
	switch string(s[0]) {
	case "a":
		fmt.Println(23)
	}
	var a any = 3
	switch a {
	case 3:
		fmt.Println(24)
	}
	switch a.(int) {
	case 3:
		fmt.Println(25)
	}
	switch func() int { return 4 }() {
	case 4:
		fmt.Println(26)
	}
	return nil
}
