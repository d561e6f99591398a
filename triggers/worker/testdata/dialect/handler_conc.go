//wake:on arrive /**
package main

import (
	"errors"
	"fmt"
	"sort"
	"sync"
	"sync/atomic"

	"github.com/wakefs/wakefs/triggers/wake"
)

type safe struct {
	mu sync.Mutex
	m  map[int]int
}

func (s *safe) add(k int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.m[k]++
}

func produce(n int) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for i := 0; i < n; i++ {
			out <- i
		}
	}()
	return out
}

func sq(in <-chan int) <-chan int {
	out := make(chan int)
	go func() {
		for v := range in {
			out <- v * v
		}
		close(out)
	}()
	return out
}

func Handle(c *wake.Context, e wake.Event) error {
	var wg sync.WaitGroup
	s := &safe{m: map[int]int{}}
	var n int64
	results := make([]int, 10)
	for i := 0; i < 10; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			s.add(i % 3)
			atomic.AddInt64(&n, int64(i))
			results[i] = i * i
		}()
	}
	wg.Wait()
	fmt.Println(s.m, n, results)
	for v := range sq(produce(4)) {
		fmt.Print(v, " ")
	}
	fmt.Println()
	jobs, res := make(chan int, 5), make(chan string, 5)
	for w := range 3 {
		wg.Add(1)
		go func(id int) {
			defer wg.Done()
			for j := range jobs {
				res <- fmt.Sprintf("job%d", j)
			}
			_ = id
		}(w)
	}
	for i := range 5 {
		jobs <- i
	}
	close(jobs)
	wg.Wait()
	close(res)
	var all []string
	for r := range res {
		all = append(all, r)
	}
	sort.Strings(all)
	fmt.Println(all)
	var once sync.Once
	for range 3 {
		once.Do(func() { fmt.Println("once") })
	}
	errc := make(chan error, 1)
	go func() { errc <- errors.New("bg") }()
	fmt.Println(<-errc)
	done := make(chan struct{})
	go func() { defer close(done) }()
	<-done
	sem := make(chan struct{}, 2)
	var max, cur int32
	for range 6 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			sem <- struct{}{}
			c := atomic.AddInt32(&cur, 1)
			if c > 2 {
				max = c
			}
			atomic.AddInt32(&cur, -1)
			<-sem
		}()
	}
	wg.Wait()
	fmt.Println(max, len(sem), cap(sem))
	ch := make(chan int, 1)
	select {
	case ch <- 1:
		fmt.Println("sent")
	default:
		fmt.Println("full")
	}
	select {
	case v, ok := <-ch:
		fmt.Println(v, ok)
	default:
	}
	var rw sync.RWMutex
	rw.RLock()
	rw.RUnlock()
	var sm sync.Map
	sm.Store("a", 1)
	v, ok := sm.Load("a")
	fmt.Println(v, ok)
	return nil
}
