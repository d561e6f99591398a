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
		if (func() bool { return !(true && a) })() {
			c = 1
		}
	}
	fmt.Println(31, `!(true && a)`, c)
	c = 0
	{
		if (func() bool { return a || (b && false) })() {
			c = 1
		}
	}
	fmt.Println(32, `a || (b && false)`, c)
	c = 0
	{
		if (func() bool { return n > 3 || false })() {
			c = 1
		}
	}
	fmt.Println(33, `n > 3 || false`, c)
	c = 0
	{
		if (func() bool { return n > 3 && true })() {
			c = 1
		}
	}
	fmt.Println(34, `n > 3 && true`, c)
	c = 0
	{
		if (func() bool { return false || n > 3 })() {
			c = 1
		}
	}
	fmt.Println(35, `false || n > 3`, c)
	c = 0
	{
		if (func() bool { return n > 3 || debug })() {
			c = 1
		}
	}
	fmt.Println(36, `n > 3 || debug`, c)
	c = 0
	{
		if (func() bool { return debug || n > 3 })() {
			c = 1
		}
	}
	fmt.Println(37, `debug || n > 3`, c)
	c = 0
	{
		if (func() bool { return len(s) > 0 && true })() {
			c = 1
		}
	}
	fmt.Println(38, `len(s) > 0 && true`, c)
	c = 0
	{
		if (func() bool { return s != "" || false })() {
			c = 1
		}
	}
	fmt.Println(39, `s != "" || false`, c)
	c = 0
	{
		if (func() bool { return f() || false })() {
			c = 1
		}
	}
	fmt.Println(40, `f() || false`, c)
	c = 0
	{
		if (func() bool { return false || f() })() {
			c = 1
		}
	}
	fmt.Println(41, `false || f()`, c)
	c = 0
	{
		if (func() bool { return true && f() })() {
			c = 1
		}
	}
	fmt.Println(42, `true && f()`, c)
	c = 0
	{
		if (func() bool { return f() && debug })() {
			c = 1
		}
	}
	fmt.Println(43, `f() && debug`, c)
	c = 0
	{
		if (func() bool { return (1 < 2) == (2 < 1) })() {
			c = 1
		}
	}
	fmt.Println(44, `(1 < 2) == (2 < 1)`, c)
	c = 0
	{
		if (func() bool { return a && (1 < 2) && b })() {
			c = 1
		}
	}
	fmt.Println(45, `a && (1 < 2) && b`, c)
	c = 0
	{
		if (func() bool { return a || b || false })() {
			c = 1
		}
	}
	fmt.Println(46, `a || b || false`, c)
	c = 0
	{
		if (func() bool { return false || a || b })() {
			c = 1
		}
	}
	fmt.Println(47, `false || a || b`, c)
	c = 0
	{
		if (func() bool { return a && b && true })() {
			c = 1
		}
	}
	fmt.Println(48, `a && b && true`, c)
	c = 0
	{
		if (func() bool { return !(n > 3) || false })() {
			c = 1
		}
	}
	fmt.Println(49, `!(n > 3) || false`, c)
	c = 0
	{
		if (func() bool { return quiet && a && n > 3 })() {
			c = 1
		}
	}
	fmt.Println(50, `quiet && a && n > 3`, c)
	c = 0
	{
		if (func() bool { return n == 5 && quiet })() {
			c = 1
		}
	}
	fmt.Println(51, `n == 5 && quiet`, c)
	c = 0
	{
		if (func() bool { return big > 3 })() {
			c = 1
		}
	}
	fmt.Println(52, `big > 3`, c)
	c = 0
	{
		if (func() bool { return big > 3 && a })() {
			c = 1
		}
	}
	fmt.Println(53, `big > 3 && a`, c)
	c = 0
	{
		if (func() bool { return p == nil || false })() {
			c = 1
		}
	}
	fmt.Println(54, `p == nil || false`, c)
	c = 0
	{
		if (func() bool { return p != nil && true })() {
			c = 1
		}
	}
	fmt.Println(55, `p != nil && true`, c)
	c = 0
	{
		if (func() bool { return ok || false })() {
			c = 1
		}
	}
	fmt.Println(56, `ok || false`, c)
	c = 0
	{
		if (func() bool { return !ok })() {
			c = 1
		}
	}
	fmt.Println(57, `!ok`, c)
	c = 0
	{
		if (func() bool { return m["x"] > 0 || false })() {
			c = 1
		}
	}
	fmt.Println(58, `m["x"] > 0 || false`, c)
	c = 0
	{
		if (func() bool { return v == 3 || false })() {
			c = 1
		}
	}
	fmt.Println(59, `v == 3 || false`, c)
	c = 0
	{
		if (func() bool { return v == nil })() {
			c = 1
		}
	}
	fmt.Println(60, `v == nil`, c)
	return nil
}
