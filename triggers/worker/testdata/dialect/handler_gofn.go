//wake:on arrive /**
package main

import (
	"fmt"
	"sync"

	"github.com/wakefs/wakefs/triggers/wake"
)

type s struct{ f func(*sync.WaitGroup) }

func Handle(c *wake.Context, e wake.Event) error {
	var wg sync.WaitGroup
	a := func(wg *sync.WaitGroup) { fmt.Println("a"); wg.Done() }
	b := func(wg *sync.WaitGroup) { fmt.Println("b"); wg.Done() }
	f := a
	wg.Add(1)
	go f(&wg)
	f = b
	wg.Wait()
	for _, f := range []func(*sync.WaitGroup){a, b} {
		wg.Add(1)
		go f(&wg)
		f = nil
		wg.Wait()
	}
	x := s{a}
	wg.Add(1)
	go x.f(&wg)
	x.f = b
	wg.Wait()
	fs := []func(*sync.WaitGroup){a}
	wg.Add(1)
	go fs[0](&wg)
	fs[0] = b
	wg.Wait()
	var mu sync.Mutex
	wg.Add(1)
	go mu.Lock()
	go wg.Done()
	wg.Wait()
	return nil
}
