//wake:on arrive /**
package main

import (
	"fmt"
	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	var x any = 3
	switch v := x.(type) {
	case int:
	L1:
		for i := range v {
			for j := range 3 {
				if j == 1 {
					continue L1
				}
				fmt.Println(i, j)
			}
		}
	}
	return nil
}
