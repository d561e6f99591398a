//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	defer fmt.Println("first")
	defer func() { fmt.Println("r", recover()) }()
	defer fmt.Println("third")
	panic("p")
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
