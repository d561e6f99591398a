//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func f() (n int) { defer func() { n *= 2 }(); return 21 }
func g() (n int, err error) {
	defer func() {
		if err != nil {
			n = -1
		}
	}()
	return 3, errors.New("x")
}
func run() { fmt.Println(f()); fmt.Println(g()) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
