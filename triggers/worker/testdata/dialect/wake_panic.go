//wake:on arrive /**
package main

import (
	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error { var m map[string]int; m["a"]++; return nil }
