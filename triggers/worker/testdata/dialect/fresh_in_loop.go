//wake:on arrive /**
package main

import (
	"fmt"
	"strconv"

	"github.com/wakefs/wakefs/triggers/wake"
)

type T struct{ n int }

func Handle(c *wake.Context, e wake.Event) error {
	ch := make(chan int, 10)
	for i := 0; i < 3; i++ {
		ch <- i
	}
	close(ch)
	var fs []func() int
	for {
		v, ok := <-ch
		if !ok {
			break
		}
		fs = append(fs, func() int { return v })
	}
	for _, f := range fs {
		fmt.Println(f())
	}
	ch = make(chan int, 3)
	ch <- 1
	ch <- 2
	fs = nil
	for i := 0; i < 2; i++ {
		v := <-ch
		fs = append(fs, func() int { return v })
	}
	for _, f := range fs {
		fmt.Println(f())
	}
	fs = nil
	for i := 0; i < 2; i++ {
		v, err := strconv.Atoi(fmt.Sprint(i))
		_ = err
		fs = append(fs, func() int { return v })
	}
	for _, f := range fs {
		fmt.Println(f())
	}
	fs = nil
	var ps []*T
	for i := 0; i < 2; i++ {
		t := T{i}
		ps = append(ps, &t)
	}
	for _, f := range ps {
		fmt.Println(f.n)
	}
	var as []*[2]int
	for i := 0; i < 2; i++ {
		t := [2]int{i, i}
		as = append(as, &t)
	}
	for _, f := range as {
		fmt.Println(*f)
	}
	var ss []*[]int
	for i := 0; i < 2; i++ {
		t := []int{i, i}
		ss = append(ss, &t)
	}
	for _, f := range ss {
		fmt.Println(*f)
	}
	var is []*int
	for i := 0; i < 2; i++ {
		t := i * 2
		is = append(is, &t)
		var u int
		is = append(is, &u)
		w := 7 + i
		u += w
		x := e.Size + int64(i)
		is = append(is, &w)
		_ = x
	}
	for _, f := range is {
		fmt.Println(*f)
	}
	return nil
}
