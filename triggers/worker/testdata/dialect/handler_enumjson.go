//wake:on arrive /**
package main

import (
	"encoding/json"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type level int

const (
	low level = iota
	high
)

func (l level) String() string {
	if l == low {
		return "low"
	}
	return "high"
}

type when struct{ y int }

func (w when) String() string { return fmt.Sprint("y", w.y) }

type rec struct {
	L level `json:"l"`
	P any   `json:"p"`
}

func Handle(c *wake.Context, e wake.Event) error {
	b, err := json.Marshal(map[string]any{"level": high, "n": 1})
	fmt.Println(string(b), err)
	b, err = json.Marshal(rec{high, low})
	fmt.Println(string(b), err)
	var a any = high
	b, err = json.Marshal(a)
	fmt.Println(string(b), err)
	a = when{3}
	b, err = json.Marshal(a)
	fmt.Println(string(b), err, a)
	var r rec
	err = json.Unmarshal([]byte(`{"l":1,"p":{"x":1}}`), &r)
	fmt.Println(r.L, r.P, err)
	m := map[level]int{high: 3}
	fmt.Println(m[high], m[low], r.L == high, low < high)
	fmt.Printf("%v %d %s %q %5s|%x\n", high, high, high, high, high, int(high))
	s := "level " + high.String() + fmt.Sprint(high)
	fmt.Println(s)
	var x, y any = high, high
	fmt.Println(x == y, x != y)
	xs := []any{low, high}
	for _, v := range xs {
		fmt.Print(v, " ")
	}
	fmt.Println(xs)
	return nil
}
