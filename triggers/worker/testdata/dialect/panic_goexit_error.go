//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func f() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err, _ = r.(error)
		}
	}()
	panic(errors.New("as error"))
}
func run() { fmt.Println(f()) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
