//wake:on arrive /**
package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

type animal interface {
	name() string
	noise() string
}

type base struct{ n string }

func (b base) name() string { return b.n }

type dog struct {
	base
	loud bool
}

func (d dog) noise() string {
	if d.loud {
		return "WOOF"
	}
	return "woof"
}

type cat struct {
	*base
	lives int
}

func (c *cat) noise() string { c.lives--; return fmt.Sprint("meow", c.lives) }

type speaker interface{ noise() string }

func describe(a animal) string { return a.name() + ":" + a.noise() }

type upper struct{ w io.Writer }

func (u upper) Write(p []byte) (int, error) { return u.w.Write(bytes.ToUpper(p)) }

type rot struct{ r io.Reader }

func (r *rot) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	for i := range p[:n] {
		p[i]++
	}
	return n, err
}

type visitor interface{ visit(n int) visitor }

type depth struct{ d int }

func (d depth) visit(n int) visitor {
	fmt.Print(n, "@", d.d, " ")
	if n == 0 {
		return nil
	}
	return depth{d.d + 1}
}

func walk(v visitor, n int) {
	if v = v.visit(n); v == nil {
		return
	}
	walk(v, n-1)
}

func maybe(ok bool) animal {
	if ok {
		return dog{base{"m"}, false}
	}
	return nil
}

func Handle(c *wake.Context, e wake.Event) error {
	c1 := &cat{&base{"tom"}, 9}
	as := []animal{dog{base{"rex"}, true}, c1, &dog{base{"ptr"}, false}}
	for _, a := range as {
		fmt.Println(describe(a))
	}
	fmt.Println(c1.lives, describe(as[1]))
	var s speaker = as[0]
	fmt.Println(s.noise())
	if a, ok := s.(animal); ok {
		fmt.Println("animal", a.name())
	}
	var buf bytes.Buffer
	fmt.Fprintf(upper{&buf}, "hello %d", 5)
	io.Copy(upper{&buf}, &rot{strings.NewReader("abc")})
	fmt.Println(buf.String())
	walk(depth{}, 2)
	fmt.Println()
	if a := maybe(false); a == nil {
		fmt.Println("nil animal")
	}
	if a := maybe(true); a != nil {
		fmt.Println(a.name())
	}
	m := map[string]animal{"a": as[0]}
	if a, ok := m["a"]; ok {
		fmt.Println(a.noise())
	}
	if a, ok := m["b"]; !ok {
		fmt.Println(a == nil)
	}
	d := dog{base{"x"}, true}
	var a animal = d
	d.loud = false
	fmt.Println(a.noise(), d.noise())
	fmt.Println(as[0] == animal(dog{base{"rex"}, true}), as[1] == animal(c1), as[0] != as[1])
	return nil
}
