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
		for i := 0; false; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(0, `false`, c)
	c = 0
	{
		for i := 0; true; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(1, `true`, c)
	c = 0
	{
		for i := 0; !true; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(2, `!true`, c)
	c = 0
	{
		for i := 0; !(!(false)); i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(3, `!(!(false))`, c)
	c = 0
	{
		for i := 0; !(!false); i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(4, `!(!false)`, c)
	c = 0
	{
		for i := 0; a || false; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(5, `a || false`, c)
	c = 0
	{
		for i := 0; false || a; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(6, `false || a`, c)
	c = 0
	{
		for i := 0; a && true; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(7, `a && true`, c)
	c = 0
	{
		for i := 0; true && a; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(8, `true && a`, c)
	c = 0
	{
		for i := 0; a || true; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(9, `a || true`, c)
	c = 0
	{
		for i := 0; true || a; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(10, `true || a`, c)
	c = 0
	{
		for i := 0; a && false; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(11, `a && false`, c)
	c = 0
	{
		for i := 0; false && a; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(12, `false && a`, c)
	c = 0
	{
		for i := 0; a || debug; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(13, `a || debug`, c)
	c = 0
	{
		for i := 0; debug || a; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(14, `debug || a`, c)
	c = 0
	{
		for i := 0; !debug && a; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(15, `!debug && a`, c)
	c = 0
	{
		for i := 0; a && !debug; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(16, `a && !debug`, c)
	c = 0
	{
		for i := 0; debug && quiet; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(17, `debug && quiet`, c)
	c = 0
	{
		for i := 0; quiet || debug; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(18, `quiet || debug`, c)
	c = 0
	{
		for i := 0; 1 < 2; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(19, `1 < 2`, c)
	c = 0
	{
		for i := 0; "a" == "b"; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(20, `"a" == "b"`, c)
	c = 0
	{
		for i := 0; 1 < 2 && a; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(21, `1 < 2 && a`, c)
	c = 0
	{
		for i := 0; a || 1 > 2; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(22, `a || 1 > 2`, c)
	c = 0
	{
		for i := 0; (a || b) && !debug; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(23, `(a || b) && !debug`, c)
	c = 0
	{
		for i := 0; a == true; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(24, `a == true`, c)
	c = 0
	{
		for i := 0; a != true; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(25, `a != true`, c)
	c = 0
	{
		for i := 0; false == a; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(26, `false == a`, c)
	c = 0
	{
		for i := 0; !a == false; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(27, `!a == false`, c)
	c = 0
	{
		for i := 0; a == b; i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(28, `a == b`, c)
	c = 0
	{
		for i := 0; (a) || (false); i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(29, `(a) || (false)`, c)
	c = 0
	{
		for i := 0; !(a || false); i++ {
			c++
			if i > 2 {
				break
			}
		}
	}
	fmt.Println(30, `!(a || false)`, c)
	return nil
}
