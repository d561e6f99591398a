//wake:on arrive /**
package main

import (
	"fmt"
	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	switch e.Size {
	case 5:
	L1:
		for i := 0; i < 3; i++ {
			for j := 0; j < 3; j++ {
				if j == 1 {
					continue L1
				}
				fmt.Println(i, j)
			}
		}
	}
	return nil
}
