//wake:on arrive /**
package main

import (
	"encoding/json"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type Item struct {
	ID   int      `json:"id"`
	Tags []string `json:"tags"`
	Opt  *float64 `json:"opt"`
}

func run() {
	var items []Item
	err := json.Unmarshal([]byte(`[{"id":1,"tags":["a"]},{"id":2,"opt":1.5}]`), &items)
	fmt.Println(err, len(items), items[0].Tags, items[0].Opt == nil, *items[1].Opt)
	var bad []Item
	err = json.Unmarshal([]byte(`{`), &bad)
	fmt.Println(err)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
