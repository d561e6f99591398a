//wake:on arrive /**
package main

import (
	"encoding/json"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type A struct {
	X int `json:"x"`
	y int
}
type B struct {
	X int
	y int
}

func run() {
	a := A{1, 2}
	b := B(a)
	b.X++
	fmt.Println(b.X, b.y, A(b).X)
	j, _ := json.Marshal(a)
	fmt.Println(string(j))
	j, _ = json.Marshal(b)
	fmt.Println(string(j))
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
