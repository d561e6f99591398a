//wake:on arrive /**
package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	counts := make([]int, 3)
	ready := make(chan int)
	for i := range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			ready <- i
			for ctx.Err() == nil {
				counts[i]++
			}
			<-ctx.Done()
		}()
	}
	for range 3 {
		<-ready
	}
	cancel()
	wg.Wait()
	fmt.Println(len(counts), ctx.Err())
	return nil
}
