//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func f(i int) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("caught")
		}
	}()
	a := []int{1}
	fmt.Println(a[i])
	return nil
}
func run() { fmt.Println(f(0)); fmt.Println(f(5)) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
