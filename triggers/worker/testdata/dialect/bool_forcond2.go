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
		for i := 0; !(true && a); i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(31, `!(true && a)`, c)
	c = 0
	{
		for i := 0; a || (b && false); i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(32, `a || (b && false)`, c)
	c = 0
	{
		for i := 0; n > 3 || false; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(33, `n > 3 || false`, c)
	c = 0
	{
		for i := 0; n > 3 && true; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(34, `n > 3 && true`, c)
	c = 0
	{
		for i := 0; false || n > 3; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(35, `false || n > 3`, c)
	c = 0
	{
		for i := 0; n > 3 || debug; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(36, `n > 3 || debug`, c)
	c = 0
	{
		for i := 0; debug || n > 3; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(37, `debug || n > 3`, c)
	c = 0
	{
		for i := 0; len(s) > 0 && true; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(38, `len(s) > 0 && true`, c)
	c = 0
	{
		for i := 0; s != "" || false; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(39, `s != "" || false`, c)
	c = 0
	{
		for i := 0; f() || false; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(40, `f() || false`, c)
	c = 0
	{
		for i := 0; false || f(); i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(41, `false || f()`, c)
	c = 0
	{
		for i := 0; true && f(); i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(42, `true && f()`, c)
	c = 0
	{
		for i := 0; f() && debug; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(43, `f() && debug`, c)
	c = 0
	{
		for i := 0; (1 < 2) == (2 < 1); i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(44, `(1 < 2) == (2 < 1)`, c)
	c = 0
	{
		for i := 0; a && (1 < 2) && b; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(45, `a && (1 < 2) && b`, c)
	c = 0
	{
		for i := 0; a || b || false; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(46, `a || b || false`, c)
	c = 0
	{
		for i := 0; false || a || b; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(47, `false || a || b`, c)
	c = 0
	{
		for i := 0; a && b && true; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(48, `a && b && true`, c)
	c = 0
	{
		for i := 0; !(n > 3) || false; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(49, `!(n > 3) || false`, c)
	c = 0
	{
		for i := 0; quiet && a && n > 3; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(50, `quiet && a && n > 3`, c)
	c = 0
	{
		for i := 0; n == 5 && quiet; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(51, `n == 5 && quiet`, c)
	c = 0
	{
		for i := 0; big > 3; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(52, `big > 3`, c)
	c = 0
	{
		for i := 0; big > 3 && a; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(53, `big > 3 && a`, c)
	c = 0
	{
		for i := 0; p == nil || false; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(54, `p == nil || false`, c)
	c = 0
	{
		for i := 0; p != nil && true; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(55, `p != nil && true`, c)
	c = 0
	{
		for i := 0; ok || false; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(56, `ok || false`, c)
	c = 0
	{
		for i := 0; !ok; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(57, `!ok`, c)
	c = 0
	{
		for i := 0; m["x"] > 0 || false; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(58, `m["x"] > 0 || false`, c)
	c = 0
	{
		for i := 0; v == 3 || false; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(59, `v == 3 || false`, c)
	c = 0
	{
		for i := 0; v == nil; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(60, `v == nil`, c)
	return nil
}
