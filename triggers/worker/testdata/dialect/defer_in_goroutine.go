//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	done := make(chan bool)
	go func() { defer close(done); fmt.Println("go") }()
	<-done
	fmt.Println("end")
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
