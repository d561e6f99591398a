//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	for i := range 3 {
		switch x := any(i).(type) {
		case int:
			if x == 1 {
				break
			}
			fmt.Println(x)
		}
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
