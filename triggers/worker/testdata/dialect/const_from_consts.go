//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

const (
	debug = false
	quiet = true
	both  = debug && quiet
	some  = debug || quiet
	none  = !(debug || quiet)
)

func Handle(c *wake.Context, e wake.Event) error {
	const here = some && !both
	fmt.Println(both, some, none, here)
	if n := len(e.Name); n > 3 && some || none {
		fmt.Println(n)
	}
	return nil
}
