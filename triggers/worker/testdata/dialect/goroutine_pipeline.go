//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func gen(n int) <-chan int {
	c := make(chan int)
	go func() {
		defer close(c)
		for i := range n {
			c <- i
		}
	}()
	return c
}
func sq(in <-chan int) <-chan int {
	c := make(chan int)
	go func() {
		defer close(c)
		for v := range in {
			c <- v * v
		}
	}()
	return c
}
func run() {
	t := 0
	for v := range sq(gen(10)) {
		t += v
	}
	fmt.Println(t)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
