//wake:on arrive /**
package main

import (
	"fmt"
	"sync"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

type msg struct {
	id   int
	resp chan string
}

type event interface{ kind() string }
type ev1 struct{ n int }
type ev2 struct{ s string }

func (e ev1) kind() string  { return fmt.Sprint("ev1:", e.n) }
func (e *ev2) kind() string { return "ev2:" + e.s }

func serve(in chan msg) {
	for m := range in {
		m.resp <- fmt.Sprint("re", m.id)
	}
}

func fan(n int, f func(int) int) []int {
	out := make([]int, n)
	var wg sync.WaitGroup
	for i := range out {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			out[i] = f(i)
		}(i)
	}
	wg.Wait()
	return out
}

func first(fs ...func() (string, error)) (string, error) {
	type result struct {
		s   string
		err error
	}
	ch := make(chan result, len(fs))
	for _, f := range fs {
		go func() {
			s, err := f()
			ch <- result{s, err}
		}()
	}
	var last error
	for range fs {
		r := <-ch
		if r.err == nil {
			return r.s, nil
		}
		last = r.err
	}
	return "", last
}

func Handle(c *wake.Context, e wake.Event) error {
	in := make(chan msg)
	go serve(in)
	for i := range 3 {
		m := msg{i, make(chan string)}
		in <- m
		fmt.Print(<-m.resp, " ")
	}
	close(in)
	fmt.Println(fan(5, func(i int) int { return i * i }))
	s, err := first(func() (string, error) { return "", fmt.Errorf("a") }, func() (string, error) { return "ok", nil })
	fmt.Println(s, err)
	_, err = first(func() (string, error) { return "", fmt.Errorf("only") })
	fmt.Println(err)
	evs := make(chan event, 3)
	evs <- ev1{1}
	evs <- &ev2{"x"}
	close(evs)
	for ev := range evs {
		fmt.Print(ev.kind(), " ")
	}
	fmt.Println()
	anys := make(chan any, 3)
	anys <- 1
	anys <- "s"
	anys <- ev1{5}
	close(anys)
	for a := range anys {
		switch v := a.(type) {
		case int:
			fmt.Print("int ", v, " ")
		case ev1:
			fmt.Print(v.kind(), " ")
		default:
			fmt.Print("? ", v, " ")
		}
	}
	fmt.Println()
	errs := make(chan error, 2)
	errs <- nil
	errs <- fmt.Errorf("x")
	close(errs)
	for err := range errs {
		fmt.Print(err == nil, " ")
	}
	tick := time.NewTicker(time.Millisecond)
	n := 0
	for range tick.C {
		if n++; n == 2 {
			tick.Stop()
			break
		}
	}
	fmt.Println(n)
	funcs := make(chan func() int, 2)
	for i := range 2 {
		funcs <- func() int { return i + 10 }
	}
	fmt.Println((<-funcs)(), (<-funcs)())
	var once sync.Once
	cnt := 0
	inc := func() { cnt++ }
	once.Do(inc)
	once.Do(inc)
	fmt.Println(cnt)
	chs := []chan int{make(chan int, 1), make(chan int, 1)}
	chs[0] <- 1
	chs[1] <- <-chs[0] + 1
	v, ok := <-chs[1]
	fmt.Println(v, ok)
	pool := sync.Pool{New: func() any { return new(ev2) }}
	p := pool.Get().(*ev2)
	p.s = "pooled"
	fmt.Println(p.kind())
	return nil
}
