//wake:on arrive /**
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

type item struct {
	ID    int                `json:"id"`
	Name  string             `json:"name,omitempty"`
	Tags  []string           `json:"tags"`
	Price *float64           `json:"price,omitempty"`
	When  time.Time          `json:"when"`
	Meta  map[string]any     `json:"meta,omitempty"`
	Sub   struct{ A, B int } `json:"sub"`
	Raw   json.RawMessage    `json:"raw,omitempty"`
	Skip  string             `json:"-"`
	Str   int                `json:"str,string"`
}

func Handle(c *wake.Context, e wake.Event) error {
	in := `[{"id":1,"name":"a","tags":["x","y"],"price":2.5,"when":"2024-01-02T03:04:05Z","meta":{"k":[1,2]},"sub":{"A":1,"B":2},"raw":{"z":1},"str":"5"},{"id":2}]`
	var items []item
	if err := json.Unmarshal([]byte(in), &items); err != nil {
		return err
	}
	for _, it := range items {
		p := 0.0
		if it.Price != nil {
			p = *it.Price
		}
		fmt.Println(it.ID, it.Name, it.Tags, len(it.Tags), p, it.When.Year(), it.Meta["k"], it.Sub.B, string(it.Raw), it.Str)
	}
	items[1].Price = new(float64)
	*items[1].Price = 9
	b, err := json.Marshal(items)
	fmt.Println(string(b), err)
	dec := json.NewDecoder(strings.NewReader(`{"id":3} {"id":4}`))
	for dec.More() {
		var it item
		if err := dec.Decode(&it); err != nil {
			return err
		}
		fmt.Println(it.ID)
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetIndent("", " ")
	err = enc.Encode(map[string]any{"n": 1, "list": []item{}, "nil": nil, "s": struct {
		X int `json:"x"`
	}{3}})
	fmt.Println(buf.String(), err)
	var bad item
	err = json.Unmarshal([]byte(`{"id":"x"}`), &bad)
	if te, ok := err.(*json.UnmarshalTypeError); ok {
		fmt.Println(te.Field, te.Value)
	}
	d2 := json.NewDecoder(strings.NewReader(`{"id":1,"zz":2}`))
	d2.DisallowUnknownFields()
	fmt.Println(d2.Decode(&bad))
	return nil
}
