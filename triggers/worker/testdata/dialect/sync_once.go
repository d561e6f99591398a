//wake:on arrive /**
package main

import (
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	var o sync.Once
	for range 3 {
		o.Do(func() { fmt.Println("once") })
	}
	var n atomic.Int64
	n.Add(5)
	fmt.Println(n.Load())
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
