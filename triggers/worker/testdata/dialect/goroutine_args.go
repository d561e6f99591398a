//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	c := make(chan int, 3)
	for i := 0; i < 3; i++ {
		x := i
		go func(n int) { c <- n * 10 }(x)
		x = 100
	}
	s := 0
	for range 3 {
		s += <-c
	}
	fmt.Println(s)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
