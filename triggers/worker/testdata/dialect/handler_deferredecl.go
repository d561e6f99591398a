//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func a() (n int, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("a: %w", err)
		}
	}()
	n, err = 1, nil
	m, err := b(n)
	if err != nil {
		return 0, err
	}
	k, err := b(m)
	if m, err := b(5); err == nil {
		k += m
	}
	return k, err
}

func b(n int) (int, error) {
	if n == 3 {
		return 7, errors.New("three")
	}
	return n + 2, nil
}

func p(n int) (out string) {
	defer func() { out += fmt.Sprint(" n", n) }()
	n, out = n+1, "q"
	n, x := n*2, 5
	xs, n := []int{n}, x+n
	out, y := out+fmt.Sprint(xs, n), "z"
	return out + y
}

func ch(c chan int) (v int, ok bool) {
	defer func() { v, ok = v*10, !ok }()
	c <- 4
	v, ok2 := <-c
	_ = ok2
	m := map[string]bool{"a": true}
	ok, found := m["a"]
	return v, ok && found
}

func lit() error {
	var outer error
	f := func(k int) (err error) {
		defer func() { outer = err }()
		j, err := b(k)
		if j == 7 {
			return
		}
		return nil
	}
	f(3)
	return outer
}

func Handle(c *wake.Context, e wake.Event) (err error) {
	defer func() { fmt.Println("handle", err) }()
	fmt.Println(a())
	fmt.Println(p(3))
	fmt.Println(ch(make(chan int, 1)))
	fmt.Println(lit())
	data, err := c.ReadFile("/none")
	fmt.Println(len(data), err != nil)
	return nil
}
