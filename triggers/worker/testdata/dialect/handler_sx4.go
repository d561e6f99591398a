//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	a, quit := make(chan int), make(chan bool)
	go func() {
		a <- 1
		close(quit)
	}()
	n := 0
loop:
	for {
		n++
		if n > 10 {
			break loop
		}
		select {
		case v := <-a:
			fmt.Println("a", v)
		case <-quit:
			continue
		}
		fmt.Println(n)
	}
	fmt.Println(n)
	return nil
}
