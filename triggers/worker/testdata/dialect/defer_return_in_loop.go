//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func f(xs []int) (found int, err error) {
	defer func() { fmt.Println("leaving with", found) }()
	for i, x := range xs {
		switch {
		case x == 7:
			return i, nil
		case x < 0:
			return -1, errors.New("negative")
		}
	}
	return -2, nil
}
func run() { fmt.Println(f([]int{1, 7})); fmt.Println(f([]int{-1})); fmt.Println(f(nil)) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
