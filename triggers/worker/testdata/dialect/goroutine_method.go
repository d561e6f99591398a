//wake:on arrive /**
package main

import (
	"fmt"
	"sync"

	"github.com/wakefs/wakefs/triggers/wake"
)

type A struct {
	mu sync.Mutex
	n  int
}

func (a *A) add(k int, wg *sync.WaitGroup) { defer wg.Done(); a.mu.Lock(); a.n += k; a.mu.Unlock() }
func run() {
	var wg sync.WaitGroup
	a := &A{}
	for i := range 5 {
		wg.Add(1)
		go a.add(i, &wg)
	}
	wg.Wait()
	fmt.Println(a.n)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
