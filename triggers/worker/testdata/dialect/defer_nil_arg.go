//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func show(e error, p *int) { fmt.Println(e == nil, p == nil) }
func run()                 { defer show(nil, nil) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
