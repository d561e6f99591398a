//wake:on arrive /**
package main

import (
	"fmt"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	buf := make(chan int, 2)
	for i := 0; i < 3; i++ {
		select {
		case buf <- i:
			fmt.Println("put", i)
		default:
			fmt.Println("full")
		}
	}
	close(buf)
	v, ok := <-buf
	fmt.Println(v, ok)
	<-buf
	v, ok = <-buf
	fmt.Println(v, ok, len(buf))
	fmt.Println(time.Second)
	return nil
}
