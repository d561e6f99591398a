//wake:on arrive /**
package main

import (
	"encoding/json"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type T struct {
	Name string   `json:"name"`
	N    int      `json:"n,omitempty"`
	L    []string `json:"l"`
	M    map[string]int
	skip int
}

func run() {
	b, err := json.Marshal(T{Name: "a", L: []string{"x"}, M: map[string]int{"k": 1}})
	fmt.Println(string(b), err)
	var t T
	err = json.Unmarshal([]byte(`{"name":"z","n":4,"l":["p","q"]}`), &t)
	fmt.Println(t.Name, t.N, t.L, err)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
