//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func f() (err error) {
	defer func() { fmt.Println("err is", err) }()
	if err := errors.New("inner"); err != nil {
		return err
	}
	return nil
}
func run() { fmt.Println(f()) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
