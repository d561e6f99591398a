//wake:on arrive /**
package main

import (
	"bytes"
	"encoding/gob"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type P struct {
	X, Y int
	Name string
	Tags map[string][]float64
	Next *P
}

func Handle(c *wake.Context, e wake.Event) error {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(P{1, 2, "p", map[string][]float64{"a": {1.5}}, &P{X: 9}}); err != nil {
		return err
	}
	var q P
	if err := gob.NewDecoder(&b).Decode(&q); err != nil {
		return err
	}
	fmt.Println(q.X, q.Y, q.Name, q.Tags, q.Next.X, q.Next.Next == nil)
	b.Reset()
	gob.NewEncoder(&b).Encode(map[string]int{"a": 1})
	var m map[string]int
	fmt.Println(gob.NewDecoder(&b).Decode(&m), m)
	return nil
}
