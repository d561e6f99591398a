//wake:on arrive /**
package main

import (
	"fmt"
	"strings"
	"sync"

	"github.com/wakefs/wakefs/triggers/wake"
)

type thing struct{ n int }

func (t thing) get() int { return t.n }
func (t *thing) inc()    { t.n++ }
func (t thing) add(xs ...int) int {
	for _, x := range xs {
		t.n += x
	}
	return t.n
}

type getter interface{ get() int }

type num int

func (n num) get() int { return int(n) }

type outer struct {
	thing
	k int
}

func apply(f func() int) int { return f() }

func Handle(c *wake.Context, e wake.Event) error {
	t := thing{1}
	g := t.get
	t.n = 9
	fmt.Println(g(), apply(t.get), t.add(1, 2))
	a := t.add
	t.n = 100
	fmt.Println(a(1), a(), a([]int{2, 3}...))
	p := &t
	inc := p.inc
	p = &thing{50}
	inc()
	fmt.Println(t.n, p.n)
	h := p.get
	p.n = 51
	fmt.Println(h())
	var i getter = num(3)
	gi := i.get
	i = thing{8}
	fmt.Println(gi(), i.get())
	var n num = 4
	gn := n.get
	n = 5
	fmt.Println(gn())
	o := outer{thing{7}, 1}
	og := o.get
	oi := o.inc
	o.n = 8
	oi()
	fmt.Println(og(), o.n)
	var sb strings.Builder
	w := sb.WriteString
	w("abc")
	w("d")
	fmt.Println(sb.String())
	r := strings.NewReplacer("a", "b")
	f := r.Replace
	r = strings.NewReplacer("a", "c")
	fmt.Println(f("a"))
	var mu sync.Mutex
	lock, unlock := mu.Lock, mu.Unlock
	lock()
	unlock()
	m := map[string]func() int{"x": t.get}
	t.n = 0
	fmt.Println(m["x"]())
	fmt.Println(strings.Map(func(r rune) rune { return r + 1 }, "abc"))
	logf := c.Logf
	logf("hi %d", 3)
	var fs []func() int
	for _, t := range []thing{{1}, {2}} {
		fs = append(fs, t.get)
	}
	for _, f := range fs {
		fmt.Println(f())
	}
	return nil
}
