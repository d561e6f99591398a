//wake:on arrive /**
package main

import (
	"fmt"
	"sync"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

func worker(id int, in <-chan int, out chan<- string, wg *sync.WaitGroup) {
	defer wg.Done()
	for n := range in {
		out <- fmt.Sprint("w", n*n)
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	a, b, quit := make(chan int), make(chan string), make(chan bool)
	go func() {
		for i := 0; i < 2; i++ {
			a <- i
		}
		b <- "x"
		close(quit)
	}()
	n := 0
loop:
	for {
		select {
		case v := <-a:
			fmt.Println("a", v)
			n++
		case s, ok := <-b:
			fmt.Println("b", s, ok)
			n++
		case <-quit:
			break loop
		case <-time.After(5 * time.Second):
			fmt.Println("timeout")
			return nil
		}
	}
	fmt.Println(n)
	buf := make(chan int, 2)
	for i := 0; i < 3; i++ {
		select {
		case buf <- i:
			fmt.Println("put", i)
		default:
			fmt.Println("full")
		}
	}
	close(buf)
	v, ok := <-buf
	fmt.Println(v, ok)
	<-buf
	v, ok = <-buf
	fmt.Println(v, ok, len(buf))
	in, out := make(chan int), make(chan string, 10)
	var wg sync.WaitGroup
	wg.Add(2)
	for i := range 2 {
		go worker(i, in, out, &wg)
	}
	for i := range 4 {
		in <- i
	}
	close(in)
	wg.Wait()
	close(out)
	total := 0
	for s := range out {
		total += len(s)
	}
	fmt.Println(total)
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
	res := make(chan struct {
		n   int
		err error
	}, 1)
	go func() {
		res <- struct {
			n   int
			err error
		}{3, nil}
	}()
	r := <-res
	fmt.Println(r.n, r.err)
	var mu sync.Mutex
	cond := 0
	done := make(chan struct{})
	go func() {
		mu.Lock()
		cond++
		mu.Unlock()
		done <- struct{}{}
	}()
	<-done
	mu.Lock()
	fmt.Println(cond)
	mu.Unlock()
	return nil
}
