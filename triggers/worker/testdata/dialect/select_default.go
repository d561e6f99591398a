//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	c := make(chan int, 1)
	select {
	case v := <-c:
		fmt.Println(v)
	default:
		fmt.Println("empty")
	}
	c <- 4
	select {
	case v, ok := <-c:
		fmt.Println(v, ok)
	default:
		fmt.Println("empty")
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
