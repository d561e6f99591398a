//wake:on arrive /**
package main

import (
	"fmt"
	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	switch e.Size {
	case 5:
		fmt.Println("a")
		if e.Size > 3 {
		L1:
			for i := range 3 {
				for {
					if i == 1 {
						break L1
					}
					continue L1
				}
			}
		}
	L3:
		for {
			for {
				break L3
			}
		}
		fmt.Println("b")
	}
	return nil
}
