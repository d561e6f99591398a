//wake:on arrive /**
package main

import (
	"encoding/json"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type P struct {
	A int `json:"a"`
	B []any
}

type S struct{ N int }

func (s S) MarshalJSON() ([]byte, error) { return []byte(`"s"`), nil }

type D int

func (d D) MarshalText() ([]byte, error) { return []byte("d"), nil }

type Rec struct {
	K string            `json:"k,omitempty"`
	V any               `json:"v"`
	M map[string]any    `json:"m,omitempty"`
	P *P                `json:"p,omitempty"`
	T map[string]string `json:"t"`
	h int
}

func show(v any) {
	b, err := json.Marshal(v)
	fmt.Println(string(b), err)
}

func Handle(c *wake.Context, e wake.Event) error {
	show(1)
	show("a")
	show(P{1, []any{1, "x"}})
	show(&P{1, nil})
	show([]any{1, P{1, nil}, &P{2, nil}})
	show(map[string]any{"a": P{1, nil}, "b": []int{1}, "c": map[string]any{"z": 1.5}})
	b, err := json.Marshal(map[string]any{"a": P{1, nil}, "b": []int{1}, "c": map[string]any{"z": 1.5}})
	fmt.Println(string(b), err)
	b, err = json.MarshalIndent(Rec{"k", P{1, nil}, map[string]any{"q": 1}, &P{3, nil}, nil, 4}, "", " ")
	fmt.Println(string(b), err)
	var x any
	fmt.Println(json.Unmarshal([]byte(`{"a":[1,"b",null,{"c":true}]}`), &x), x)
	m := x.(map[string]any)
	for i, v := range m["a"].([]any) {
		switch v := v.(type) {
		case float64:
			fmt.Println(i, "num", v)
		case string:
			fmt.Println(i, "str", v)
		case nil:
			fmt.Println(i, "nil")
		case map[string]any:
			fmt.Println(i, "map", v["c"].(bool))
		}
	}
	var r Rec
	fmt.Println(json.Unmarshal([]byte(`{"k":"x","v":[1,2],"m":{"z":{"y":1}},"p":{"a":5},"t":{"q":"w"}}`), &r))
	fmt.Println(r.K, r.V, r.M, r.P.A, r.T, r.h)
	var any2 any = r
	b, err = json.Marshal(any2)
	fmt.Println(string(b), err)
	rs := []Rec{r}
	b, err = json.Marshal(rs)
	fmt.Println(string(b), err)
	return nil
}
