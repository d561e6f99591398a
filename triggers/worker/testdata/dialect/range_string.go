//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	for i, r := range "aé世" {
		fmt.Println(i, string(r), r)
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
