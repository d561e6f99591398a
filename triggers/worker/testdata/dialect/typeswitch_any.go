//wake:on arrive /**
package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

func kind(x any) string {
	switch v := x.(type) {
	case nil:
		return "nil"
	case int, int64:
		return fmt.Sprint("int ", v)
	case string:
		return "string " + v
	case []int:
		return fmt.Sprint("slice ", len(v))
	case map[string]int:
		return fmt.Sprint("map ", v["a"])
	case func() int:
		return fmt.Sprint("func ", v())
	case error:
		return "error " + v.Error()
	case fmt.Stringer:
		return "stringer " + v.String()
	}
	return "other"
}
func run() {
	for _, x := range []any{nil, 1, int64(2), "s", []int{1}, map[string]int{"a": 5}, errors.New("e"), 2.5, time.Second} {
		fmt.Println(kind(x))
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
