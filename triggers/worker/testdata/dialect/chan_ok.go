//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	c := make(chan string, 1)
	c <- "a"
	close(c)
	v, ok := <-c
	fmt.Println(v, ok)
	v, ok = <-c
	fmt.Println(v == "", ok, len(c), cap(c))
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
