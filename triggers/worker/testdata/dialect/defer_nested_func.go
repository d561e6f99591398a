//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	func() { defer fmt.Println("inner"); fmt.Println("in") }()
	defer fmt.Println("outer")
	fmt.Println("out")
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
