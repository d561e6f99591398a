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
		if (func() bool { return false })() {
			c = 1
		}
	}
	fmt.Println(0, `false`, c)
	c = 0
	{
		if (func() bool { return true })() {
			c = 1
		}
	}
	fmt.Println(1, `true`, c)
	c = 0
	{
		if (func() bool { return !true })() {
			c = 1
		}
	}
	fmt.Println(2, `!true`, c)
	c = 0
	{
		if (func() bool { return !(!(false)) })() {
			c = 1
		}
	}
	fmt.Println(3, `!(!(false))`, c)
	c = 0
	{
		if (func() bool { return !(!false) })() {
			c = 1
		}
	}
	fmt.Println(4, `!(!false)`, c)
	c = 0
	{
		if (func() bool { return a || false })() {
			c = 1
		}
	}
	fmt.Println(5, `a || false`, c)
	c = 0
	{
		if (func() bool { return false || a })() {
			c = 1
		}
	}
	fmt.Println(6, `false || a`, c)
	c = 0
	{
		if (func() bool { return a && true })() {
			c = 1
		}
	}
	fmt.Println(7, `a && true`, c)
	c = 0
	{
		if (func() bool { return true && a })() {
			c = 1
		}
	}
	fmt.Println(8, `true && a`, c)
	c = 0
	{
		if (func() bool { return a || true })() {
			c = 1
		}
	}
	fmt.Println(9, `a || true`, c)
	c = 0
	{
		if (func() bool { return true || a })() {
			c = 1
		}
	}
	fmt.Println(10, `true || a`, c)
	c = 0
	{
		if (func() bool { return a && false })() {
			c = 1
		}
	}
	fmt.Println(11, `a && false`, c)
	c = 0
	{
		if (func() bool { return false && a })() {
			c = 1
		}
	}
	fmt.Println(12, `false && a`, c)
	c = 0
	{
		if (func() bool { return a || debug })() {
			c = 1
		}
	}
	fmt.Println(13, `a || debug`, c)
	c = 0
	{
		if (func() bool { return debug || a })() {
			c = 1
		}
	}
	fmt.Println(14, `debug || a`, c)
	c = 0
	{
		if (func() bool { return !debug && a })() {
			c = 1
		}
	}
	fmt.Println(15, `!debug && a`, c)
	c = 0
	{
		if (func() bool { return a && !debug })() {
			c = 1
		}
	}
	fmt.Println(16, `a && !debug`, c)
	c = 0
	{
		if (func() bool { return debug && quiet })() {
			c = 1
		}
	}
	fmt.Println(17, `debug && quiet`, c)
	c = 0
	{
		if (func() bool { return quiet || debug })() {
			c = 1
		}
	}
	fmt.Println(18, `quiet || debug`, c)
	c = 0
	{
		if (func() bool { return 1 < 2 })() {
			c = 1
		}
	}
	fmt.Println(19, `1 < 2`, c)
	c = 0
	{
		if (func() bool { return "a" == "b" })() {
			c = 1
		}
	}
	fmt.Println(20, `"a" == "b"`, c)
	c = 0
	{
		if (func() bool { return 1 < 2 && a })() {
			c = 1
		}
	}
	fmt.Println(21, `1 < 2 && a`, c)
	c = 0
	{
		if (func() bool { return a || 1 > 2 })() {
			c = 1
		}
	}
	fmt.Println(22, `a || 1 > 2`, c)
	c = 0
	{
		if (func() bool { return (a || b) && !debug })() {
			c = 1
		}
	}
	fmt.Println(23, `(a || b) && !debug`, c)
	c = 0
	{
		if (func() bool { return a == true })() {
			c = 1
		}
	}
	fmt.Println(24, `a == true`, c)
	c = 0
	{
		if (func() bool { return a != true })() {
			c = 1
		}
	}
	fmt.Println(25, `a != true`, c)
	c = 0
	{
		if (func() bool { return false == a })() {
			c = 1
		}
	}
	fmt.Println(26, `false == a`, c)
	c = 0
	{
		if (func() bool { return !a == false })() {
			c = 1
		}
	}
	fmt.Println(27, `!a == false`, c)
	c = 0
	{
		if (func() bool { return a == b })() {
			c = 1
		}
	}
	fmt.Println(28, `a == b`, c)
	c = 0
	{
		if (func() bool { return (a) || (false) })() {
			c = 1
		}
	}
	fmt.Println(29, `(a) || (false)`, c)
	c = 0
	{
		if (func() bool { return !(a || false) })() {
			c = 1
		}
	}
	fmt.Println(30, `!(a || false)`, c)
	return nil
}
