//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

const debug, quiet = false, true
const big = 10

func id(b bool) bool { return b }
func f() bool        { fmt.Print("f "); return true }

func Handle(_ *wake.Context, e wake.Event) error {
	a, b, n, s, ok := true, false, 5, "ab", true
	var p *int
	var v any = 3
	m := map[string]int{"x": 1}
	c := 0
	_, _, _, _, _, _, _, _ = a, b, n, s, ok, p, v, m
	c = 0
	{
		if !(true && a) {
			c++
		} else {
			c--
		}
	}
	fmt.Println(31, `!(true && a)`, c)
	c = 0
	{
		if a || (b && false) {
			c++
		} else {
			c--
		}
	}
	fmt.Println(32, `a || (b && false)`, c)
	c = 0
	{
		if n > 3 || false {
			c++
		} else {
			c--
		}
	}
	fmt.Println(33, `n > 3 || false`, c)
	c = 0
	{
		if n > 3 && true {
			c++
		} else {
			c--
		}
	}
	fmt.Println(34, `n > 3 && true`, c)
	c = 0
	{
		if false || n > 3 {
			c++
		} else {
			c--
		}
	}
	fmt.Println(35, `false || n > 3`, c)
	c = 0
	{
		if n > 3 || debug {
			c++
		} else {
			c--
		}
	}
	fmt.Println(36, `n > 3 || debug`, c)
	c = 0
	{
		if debug || n > 3 {
			c++
		} else {
			c--
		}
	}
	fmt.Println(37, `debug || n > 3`, c)
	c = 0
	{
		if len(s) > 0 && true {
			c++
		} else {
			c--
		}
	}
	fmt.Println(38, `len(s) > 0 && true`, c)
	c = 0
	{
		if s != "" || false {
			c++
		} else {
			c--
		}
	}
	fmt.Println(39, `s != "" || false`, c)
	c = 0
	{
		if f() || false {
			c++
		} else {
			c--
		}
	}
	fmt.Println(40, `f() || false`, c)
	c = 0
	{
		if false || f() {
			c++
		} else {
			c--
		}
	}
	fmt.Println(41, `false || f()`, c)
	c = 0
	{
		if true && f() {
			c++
		} else {
			c--
		}
	}
	fmt.Println(42, `true && f()`, c)
	c = 0
	{
		if f() && debug {
			c++
		} else {
			c--
		}
	}
	fmt.Println(43, `f() && debug`, c)
	c = 0
	{
		if (1 < 2) == (2 < 1) {
			c++
		} else {
			c--
		}
	}
	fmt.Println(44, `(1 < 2) == (2 < 1)`, c)
	c = 0
	{
		if a && (1 < 2) && b {
			c++
		} else {
			c--
		}
	}
	fmt.Println(45, `a && (1 < 2) && b`, c)
	c = 0
	{
		if a || b || false {
			c++
		} else {
			c--
		}
	}
	fmt.Println(46, `a || b || false`, c)
	c = 0
	{
		if false || a || b {
			c++
		} else {
			c--
		}
	}
	fmt.Println(47, `false || a || b`, c)
	c = 0
	{
		if a && b && true {
			c++
		} else {
			c--
		}
	}
	fmt.Println(48, `a && b && true`, c)
	c = 0
	{
		if !(n > 3) || false {
			c++
		} else {
			c--
		}
	}
	fmt.Println(49, `!(n > 3) || false`, c)
	c = 0
	{
		if quiet && a && n > 3 {
			c++
		} else {
			c--
		}
	}
	fmt.Println(50, `quiet && a && n > 3`, c)
	c = 0
	{
		if n == 5 && quiet {
			c++
		} else {
			c--
		}
	}
	fmt.Println(51, `n == 5 && quiet`, c)
	c = 0
	{
		if big > 3 {
			c++
		} else {
			c--
		}
	}
	fmt.Println(52, `big > 3`, c)
	c = 0
	{
		if big > 3 && a {
			c++
		} else {
			c--
		}
	}
	fmt.Println(53, `big > 3 && a`, c)
	c = 0
	{
		if p == nil || false {
			c++
		} else {
			c--
		}
	}
	fmt.Println(54, `p == nil || false`, c)
	c = 0
	{
		if p != nil && true {
			c++
		} else {
			c--
		}
	}
	fmt.Println(55, `p != nil && true`, c)
	c = 0
	{
		if ok || false {
			c++
		} else {
			c--
		}
	}
	fmt.Println(56, `ok || false`, c)
	c = 0
	{
		if !ok {
			c++
		} else {
			c--
		}
	}
	fmt.Println(57, `!ok`, c)
	c = 0
	{
		if m["x"] > 0 || false {
			c++
		} else {
			c--
		}
	}
	fmt.Println(58, `m["x"] > 0 || false`, c)
	c = 0
	{
		if v == 3 || false {
			c++
		} else {
			c--
		}
	}
	fmt.Println(59, `v == 3 || false`, c)
	c = 0
	{
		if v == nil {
			c++
		} else {
			c--
		}
	}
	fmt.Println(60, `v == nil`, c)
	return nil
}
