//wake:on arrive /**
package main

import (
	"fmt"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	t := time.NewTimer(time.Millisecond)
	<-t.C
	select {
	case <-time.After(time.Millisecond):
		fmt.Println("after")
	}
	fmt.Println("ok")
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
