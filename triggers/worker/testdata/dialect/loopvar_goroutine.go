//wake:on arrive /**
package main

import (
	"fmt"
	"sync"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	var wg sync.WaitGroup
	var mu sync.Mutex
	s := 0
	for i := 0; i < 10; i++ {
		wg.Add(1)
		go func() { defer wg.Done(); mu.Lock(); s += i; mu.Unlock() }()
	}
	wg.Wait()
	fmt.Println(s)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
