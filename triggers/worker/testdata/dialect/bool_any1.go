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
		var y any
		y = false
		if y == true {
			c = 1
		}
	}
	fmt.Println(0, `false`, c)
	c = 0
	{
		var y any
		y = true
		if y == true {
			c = 1
		}
	}
	fmt.Println(1, `true`, c)
	c = 0
	{
		var y any
		y = !true
		if y == true {
			c = 1
		}
	}
	fmt.Println(2, `!true`, c)
	c = 0
	{
		var y any
		y = !(!(false))
		if y == true {
			c = 1
		}
	}
	fmt.Println(3, `!(!(false))`, c)
	c = 0
	{
		var y any
		y = !(!false)
		if y == true {
			c = 1
		}
	}
	fmt.Println(4, `!(!false)`, c)
	c = 0
	{
		var y any
		y = a || false
		if y == true {
			c = 1
		}
	}
	fmt.Println(5, `a || false`, c)
	c = 0
	{
		var y any
		y = false || a
		if y == true {
			c = 1
		}
	}
	fmt.Println(6, `false || a`, c)
	c = 0
	{
		var y any
		y = a && true
		if y == true {
			c = 1
		}
	}
	fmt.Println(7, `a && true`, c)
	c = 0
	{
		var y any
		y = true && a
		if y == true {
			c = 1
		}
	}
	fmt.Println(8, `true && a`, c)
	c = 0
	{
		var y any
		y = a || true
		if y == true {
			c = 1
		}
	}
	fmt.Println(9, `a || true`, c)
	c = 0
	{
		var y any
		y = true || a
		if y == true {
			c = 1
		}
	}
	fmt.Println(10, `true || a`, c)
	c = 0
	{
		var y any
		y = a && false
		if y == true {
			c = 1
		}
	}
	fmt.Println(11, `a && false`, c)
	c = 0
	{
		var y any
		y = false && a
		if y == true {
			c = 1
		}
	}
	fmt.Println(12, `false && a`, c)
	c = 0
	{
		var y any
		y = a || debug
		if y == true {
			c = 1
		}
	}
	fmt.Println(13, `a || debug`, c)
	c = 0
	{
		var y any
		y = debug || a
		if y == true {
			c = 1
		}
	}
	fmt.Println(14, `debug || a`, c)
	c = 0
	{
		var y any
		y = !debug && a
		if y == true {
			c = 1
		}
	}
	fmt.Println(15, `!debug && a`, c)
	c = 0
	{
		var y any
		y = a && !debug
		if y == true {
			c = 1
		}
	}
	fmt.Println(16, `a && !debug`, c)
	c = 0
	{
		var y any
		y = debug && quiet
		if y == true {
			c = 1
		}
	}
	fmt.Println(17, `debug && quiet`, c)
	c = 0
	{
		var y any
		y = quiet || debug
		if y == true {
			c = 1
		}
	}
	fmt.Println(18, `quiet || debug`, c)
	c = 0
	{
		var y any
		y = 1 < 2
		if y == true {
			c = 1
		}
	}
	fmt.Println(19, `1 < 2`, c)
	c = 0
	{
		var y any
		y = "a" == "b"
		if y == true {
			c = 1
		}
	}
	fmt.Println(20, `"a" == "b"`, c)
	c = 0
	{
		var y any
		y = 1 < 2 && a
		if y == true {
			c = 1
		}
	}
	fmt.Println(21, `1 < 2 && a`, c)
	c = 0
	{
		var y any
		y = a || 1 > 2
		if y == true {
			c = 1
		}
	}
	fmt.Println(22, `a || 1 > 2`, c)
	c = 0
	{
		var y any
		y = (a || b) && !debug
		if y == true {
			c = 1
		}
	}
	fmt.Println(23, `(a || b) && !debug`, c)
	c = 0
	{
		var y any
		y = a == true
		if y == true {
			c = 1
		}
	}
	fmt.Println(24, `a == true`, c)
	c = 0
	{
		var y any
		y = a != true
		if y == true {
			c = 1
		}
	}
	fmt.Println(25, `a != true`, c)
	c = 0
	{
		var y any
		y = false == a
		if y == true {
			c = 1
		}
	}
	fmt.Println(26, `false == a`, c)
	c = 0
	{
		var y any
		y = !a == false
		if y == true {
			c = 1
		}
	}
	fmt.Println(27, `!a == false`, c)
	c = 0
	{
		var y any
		y = a == b
		if y == true {
			c = 1
		}
	}
	fmt.Println(28, `a == b`, c)
	c = 0
	{
		var y any
		y = (a) || (false)
		if y == true {
			c = 1
		}
	}
	fmt.Println(29, `(a) || (false)`, c)
	c = 0
	{
		var y any
		y = !(a || false)
		if y == true {
			c = 1
		}
	}
	fmt.Println(30, `!(a || false)`, c)
	return nil
}
