//wake:on arrive /**
package main

import (
	"encoding/json"
	"fmt"
	"sort"

	"github.com/wakefs/wakefs/triggers/wake"
)

func walk(v any, depth int) {
	switch x := v.(type) {
	case map[string]any:
		keys := []string{}
		for k := range x {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			fmt.Println(depth, k)
			walk(x[k], depth+1)
		}
	case []any:
		for _, e := range x {
			walk(e, depth+1)
		}
	case string:
		fmt.Println(depth, "s", x)
	case float64:
		fmt.Println(depth, "f", x)
	case bool:
		fmt.Println(depth, "b", x)
	case nil:
		fmt.Println(depth, "null")
	}
}
func run() {
	var v any
	err := json.Unmarshal([]byte(`{"a":[1,"x",true,null],"b":{"c":2.5}}`), &v)
	fmt.Println(err)
	walk(v, 0)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
