//wake:on arrive /**
package main

import (
	"encoding/json"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	b, err := json.Marshal(map[string]any{"a": 1, "b": []string{"x"}, "c": map[string]bool{"t": true}, "d": nil})
	fmt.Println(string(b), err)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
