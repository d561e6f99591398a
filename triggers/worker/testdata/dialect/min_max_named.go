//wake:on arrive /**
package main

import (
	"fmt"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

type D int64

func run() {
	a, b := D(4), D(2)
	fmt.Println(min(a, b), max(a, b))
	fmt.Println(min(time.Second, time.Minute))
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
