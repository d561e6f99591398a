//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type K struct{ a, b int }

func run() { m := map[K]string{{1, 2}: "x"}; fmt.Println(m[K{1, 2}], m[K{2, 1}] == "") }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
