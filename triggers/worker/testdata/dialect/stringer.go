//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type T struct{ n int }

func (t T) String() string { return fmt.Sprint("T#", t.n) }
func run()                 { t := T{3}; fmt.Println(t, &t); fmt.Printf("%v %s|%5s|\n", t, t, t) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
