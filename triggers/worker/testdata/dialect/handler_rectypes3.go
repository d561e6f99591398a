//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type tree struct {
	kids map[string]*tree
	list []tree
	f    func(*tree) *tree
	ch   chan tree
}

func Handle(c *wake.Context, e wake.Event) error {
	t := tree{kids: map[string]*tree{"a": {}}}
	t.list = append(t.list, tree{}, t)
	t.f = func(x *tree) *tree { return x.kids["a"] }
	fmt.Println(len(t.list[1].kids), t.f(&t) == t.kids["a"])
	return nil
}
