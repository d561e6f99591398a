//wake:on arrive /**
package main

import (
	"fmt"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	var nilch chan int
	select {
	case <-nilch:
	default:
		fmt.Println("nil blocks")
	}
	t := time.NewTimer(time.Millisecond)
	select {
	case <-t.C:
		fmt.Println("fired")
	}
	return nil
}
