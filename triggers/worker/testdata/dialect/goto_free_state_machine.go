//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	state, n := "start", 0
	for state != "end" {
		switch state {
		case "start":
			state = "mid"
		case "mid":
			n++
			if n == 3 {
				state = "end"
			}
		}
	}
	fmt.Println(n)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
