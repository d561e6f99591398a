//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type weekday int

const (
	sun weekday = iota
	mon
	tue
	_
	thu
)

const (
	_  = iota
	kb = 1 << (10 * iota)
	mb
)

const (
	a, b = iota, iota * 10
)

const big = 1 << 40
const pi2 = 3.14159 * 2
const huge = 1 << 100 >> 98
const name, size = "n", 3

type flag uint8

const (
	read flag = 1 << iota
	write
	exec
	all = read | write | exec
)

func (f flag) has(x flag) bool { return f&x != 0 }

func (w weekday) String() string { return [...]string{"sun", "mon", "tue", "wed", "thu"}[w] }

func Handle(c *wake.Context, e wake.Event) error {
	fmt.Println(sun, mon, tue, thu, kb, mb, a, b, big, pi2, huge, name, size)
	fmt.Println(all, read.has(write), (read | write).has(write), all&^write)
	fmt.Printf("%d %v %s %08b %x\n", thu, thu, thu, all, int(thu))
	const local = 5
	var x float64 = local
	var y = local / 2
	var z = local / 2.0
	fmt.Println(x, y, z, 7/2*2.0, 'a'+1, "s"+"t")
	var arr [size]int
	fmt.Println(len(arr), local*x)
	var u8 uint8 = 200
	u8 += 100
	var i8 int8 = 127
	i8++
	fmt.Println(u8, i8, ^0, -7/2, -7%3, 7&^5, 1<<3|1, 6^3)
	var u uint = 1
	fmt.Println(u<<63>>63, u-2 > 0, int32(1)<<30, uint16(70000&0xffff))
	s := uint(3)
	fmt.Println(1<<s, -8>>1)
	var f32 float32 = 16777216
	fmt.Println(f32+1 == f32, int(-3.99+x-x), uint8(int(300)&255))
	return nil
}
