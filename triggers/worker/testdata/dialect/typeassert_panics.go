//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() { defer func() { fmt.Println(recover() != nil) }(); var x any = "s"; fmt.Println(x.(int)) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
