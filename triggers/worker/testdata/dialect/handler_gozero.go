//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type conf struct {
	name string
	opts map[string]bool
	list []int
	fn   func()
	err  error
	ch   chan int
	ptr  *int
	any  any
	arr  [2]string
	sub  struct{ x float64 }
}

func get(ok bool) (c conf) {
	if ok {
		c.name = "x"
		c.list = append(c.list, 1)
	}
	return
}

func Handle(c *wake.Context, e wake.Event) error {
	for i := range 3 {
		var c conf
		fmt.Println(c.name == "", c.opts == nil, c.list == nil, c.fn == nil, c.err == nil, c.ch == nil, c.ptr == nil, c.any == nil, c.arr, c.sub)
		c.name, c.list, c.any, c.err = "a", []int{i}, i, fmt.Errorf("e")
		c.arr[0] = "z"
		c.sub.x++
		d := get(i == 0)
		fmt.Println(d.name, d.list)
		var n, m int
		var s []string
		n++
		m += n
		s = append(s, "q")
		fmt.Println(n, m, s)
		x := conf{name: "n"}
		fmt.Println(x.list == nil, x.any)
		x.any = 5
		p := &conf{}
		fmt.Println(p.any, p.arr)
		p.arr[1] = "w"
		q := new(conf)
		fmt.Println(q.name, len(q.list))
		q.name = "used"
		mk := make([]int, 2)
		fmt.Println(mk)
		mk[0] = 7
		mp := make(map[string]int)
		fmt.Println(len(mp))
		mp["a"] = 1
		lit := [2]int{}
		fmt.Println(lit)
		lit[0] = 5
		sl := []int{1, 2}
		fmt.Println(sl)
		sl[0] = 50
		var iface fmt.Stringer
		fmt.Println(iface == nil)
		b := false
		if i == 1 {
			b = true
		}
		fmt.Println(b)
		func() {
			var z int
			z++
			fmt.Println(z)
		}()
	}
	return nil
}
