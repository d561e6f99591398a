//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func pair() (int, string) { return 4, "four" }

var x, y = pair()

func Handle(c *wake.Context, e wake.Event) error {
	fmt.Println(x, y)
	return nil
}
