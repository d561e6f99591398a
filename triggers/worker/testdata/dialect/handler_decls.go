//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func f() int { return 7 }

func two() (int, string) { return 1, "t" }

type T struct{ a, b int }

func (t T) swap() (a, b int) { return t.b, t.a }

func Handle(c *wake.Context, e wake.Event) error {
	var a, b = f(), "x"
	var d, g int = 3, f()
	var h, i = two()
	var j, k error
	var l float64 = 3
	var m any = 4
	n, o := f(), nilErr()
	p, q, r := 1.5, []int{1}, map[string]int{"a": f()}
	fmt.Println(a, b, d, g, h, i, j, k, l/2, m, n, o, p, q, r)
	if x, y := f(), 2; x > y {
		fmt.Println(x, y)
	}
	for x, y := f(), 0; y < 2; y++ {
		fmt.Println(x, y)
	}
	t := T{1, 2}
	t.a, t.b = t.swap()
	fmt.Println(t)
	var u, v = t.swap()
	u, v = v, u
	fmt.Println(u, v)
	for w := range r {
		r[w]++
	}
	var z [3]int
	for w := range z {
		z[w], z[0] = w, f()
	}
	fmt.Println(r, z)
	var (
		aa = f() + 1
		bb = aa * 2
		cc string
	)
	fmt.Println(aa, bb, cc == "")
	s := []T{{1, 2}, {3, 4}}
	s[0], s[1] = s[1], T{f(), 0}
	s[0].a, s[1].b = s[1].a, s[0].a
	fmt.Println(s)
	var err error
	var data []byte
	for try := 0; try < 3; try++ {
		if data, err = read(try); err == nil {
			break
		}
		fmt.Println("retry", try, err, data == nil)
	}
	fmt.Println(string(data), err)
	return err
}

func nilErr() error { return nil }

func read(n int) ([]byte, error) {
	if n < 2 {
		return nil, errors.New("not yet")
	}
	return []byte("ok"), nil
}
