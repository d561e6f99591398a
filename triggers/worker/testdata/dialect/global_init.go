//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

var x = y + 1
var y = f()
var table = map[string]int{"a": x}

func f() int { return 41 }
func init()  { table["b"] = 2 }
func run()   { fmt.Println(x, y, table["a"], table["b"]) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
