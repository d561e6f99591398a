//wake:on arrive /**
package main

import (
	"fmt"
	"sync"

	"github.com/wakefs/wakefs/triggers/wake"
)

type job struct{ n int }

func (j job) run(out []int, wg *sync.WaitGroup) { defer wg.Done(); out[j.n] = j.n * 10 }
func (j *job) bump(wg *sync.WaitGroup)          { j.n++; wg.Done() }

type runner interface{ run([]int, *sync.WaitGroup) }

func Handle(c *wake.Context, e wake.Event) error {
	var wg sync.WaitGroup
	out := make([]int, 4)
	j := job{0}
	for i := 0; i < 4; i++ {
		j.n = i
		wg.Add(1)
		go j.run(out, &wg)
		wg.Wait()
	}
	fmt.Println(out)
	j = job{5}
	wg.Add(1)
	go j.bump(&wg)
	wg.Wait()
	fmt.Println(j.n)
	var r runner = job{1}
	wg.Add(1)
	go r.run(out, &wg)
	wg.Wait()
	f := func(s string, n int) { fmt.Println(s, n); wg.Done() }
	x := 1
	wg.Add(1)
	go f("f", x)
	wg.Wait()
	res := make(chan int)
	for i := range 3 {
		go func(k int) { res <- k * i }(i + 1)
	}
	sum := 0
	for range 3 {
		sum += <-res
	}
	fmt.Println(sum)
	jobs := []*job{{1}, {2}}
	for _, j := range jobs {
		wg.Add(1)
		go j.bump(&wg)
	}
	wg.Wait()
	fmt.Println(jobs[0].n, jobs[1].n)
	defer j.show("deferred")
	j.n = 99
	return nil
}

func (j job) show(s string) { fmt.Println(s, j.n) }
