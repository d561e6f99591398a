//wake:on arrive /**
package main

import (
	"fmt"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	a, b, quit := make(chan int), make(chan string), make(chan bool)
	go func() {
		a <- 1
		b <- "x"
		close(quit)
	}()
	n := 0
loop:
	for {
		select {
		case v := <-a:
			fmt.Println("a", v)
			n++
		case s, ok := <-b:
			fmt.Println("b", s, ok)
			n++
		case <-quit:
			break loop
		case <-time.After(5 * time.Second):
			fmt.Println("timeout")
			return nil
		}
	}
	fmt.Println(n)
	return nil
}
