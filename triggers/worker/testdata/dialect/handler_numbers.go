//wake:on arrive /**
package main

import (
	"fmt"
	"math"
	"strconv"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	fmt.Println(1.0, 1e21, 1e20, 0.1+0.2, float32(0.1), 100000000.0, 1e-7, math.Inf(1), math.NaN(), -0.0)
	fmt.Printf("%v %g %f %.2f %8.3f|%-8.2f|%+d %e %05d %x %X %o %b %t %6d|%-6d|\n", 2.5, 1e6, 1.5, 2.345, 3.14159, 2.5, 5, 12345.678, 42, 255, 255, 8, 5, true, 42, 42)
	fmt.Printf("%s|%10s|%-10s|%q|%v|%+v|%p\n", "a", "b", "c", "d", []string{"x"}, struct{ A int }{1}, nil)
	fmt.Printf("%3c|%v|%d|%v|%s\n", 'x', 'x', []int{1}, map[string]int{"b": 1, "a": 2}, []string{"p", "q"})
	fmt.Printf("%*d|%%|%[2]d %[1]d|%d\n", 5, 42, 1)
	fmt.Printf("%d %s\n", "str", 5)
	var i8 int8 = -128
	fmt.Println(-i8, i8-1, uint8(i8), uint16(i8), int64(math.MaxInt32)+1, math.MaxInt64)
	var n int32 = math.MaxInt32
	n++
	var u uint
	u--
	fmt.Println(n, u, u>>60, ^uint8(1), 5&^3, -5>>1, -5/2, -5%2, 1<<10)
	x := 10
	x <<= 2
	x |= 1
	x &^= 8
	x ^= 0xff
	x %= 100
	fmt.Println(x, float64(x)/3, x/3, math.Round(2.5), math.Floor(-1.5), int(math.Sqrt(50)), math.Abs(-3))
	a, err := strconv.Atoi("12x")
	fmt.Println(a, err)
	h, err := strconv.ParseInt("ff", 16, 64)
	fmt.Println(h, err, strconv.Quote("a\n"), strconv.FormatInt(255, 2))
	b, err := strconv.ParseBool("maybe")
	fmt.Println(b, err)
	var f float64 = 7
	var k = 2
	fmt.Println(f/float64(k), int(f)/k*k, f == 7, uint64(1)<<63, 07, 0b11, 1_000)
	const big = 1 << 62
	fmt.Println(big/3, float32(big), complex(1, 2)*complex(0, 1))
	d := 0
	func() {
		defer func() { fmt.Println("div", recover() != nil) }()
		fmt.Println(1 / d)
	}()
	fmt.Println(math.MaxUint32, uint32(1<<32-1), 3.0 == 3, 'a' < 'b')
	var sh uint = 70
	fmt.Println(1<<sh == 0, int32(-1)>>sh, uint8(200)+uint8(k*50))
	return nil
}
