//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
loop:
	for i := 0; ; i++ {
		switch {
		case i == 3:
			break loop
		case i%2 == 0:
			continue loop
		}
		fmt.Println(i)
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
