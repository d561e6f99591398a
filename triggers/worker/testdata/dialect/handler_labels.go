//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
outer:
	for i := 0; i < 4; i++ {
		for j := 0; j < 4; j++ {
			switch {
			case j == 2:
				continue outer
			case i == 3:
				break outer
			}
			fmt.Println(i, j)
		}
	}
loop:
	for n := 0; ; n++ {
		switch n {
		case 2:
			continue
		case 4:
			break loop
		case 3:
			break
		default:
			fmt.Println("n", n)
		}
	}
sw:
	switch 1 {
	case 1:
		for {
			break sw
		}
		fmt.Println("not")
	}
	m := map[string][]int{"a": {1, 2, 3}}
find:
	for k, v := range m {
		for _, x := range v {
			if x == 2 {
				fmt.Println("found", k)
				break find
			}
		}
	}
	i := 0
	for i < 3 {
		i++
		if i == 2 {
			continue
		}
		fmt.Println(i)
	}
	for {
		i--
		if i < 0 {
			break
		}
	}
	fmt.Println(i)
	return nil
}
