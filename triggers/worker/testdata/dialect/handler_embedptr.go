//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type base struct{ id int }

func (b *base) setID(n int)   { b.id = n }
func (b base) ID() int        { return b.id }
func (b base) String() string { return fmt.Sprint("base", b.id) }

type mid struct {
	*base
	name string
}

type top struct {
	mid
	x int
}

type ider interface{ ID() int }

func Handle(c *wake.Context, e wake.Event) error {
	t := top{mid{&base{1}, "n"}, 2}
	t.setID(5)
	fmt.Println(t.ID(), t.id, t.mid.base.id, t.name)
	var i ider = t
	fmt.Println(i.ID())
	u := t
	u.setID(9)
	fmt.Println(t.ID(), u.ID())
	i = &u
	fmt.Println(i.ID(), u.base.String())
	type local struct {
		base
		k string
	}
	l := local{base{3}, "k"}
	l.setID(4)
	fmt.Println(l.ID(), l.k)
	return nil
}
