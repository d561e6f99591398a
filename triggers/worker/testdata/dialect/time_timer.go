//wake:on arrive /**
package main

import (
	"fmt"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	t := time.NewTimer(time.Millisecond)
	<-t.C
	select {
	case <-time.After(time.Millisecond):
		fmt.Println("after")
	}
	fmt.Println("ok")
	return nil
}
