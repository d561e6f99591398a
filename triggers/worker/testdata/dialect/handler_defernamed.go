//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func f(n int) (res int, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("f(%d): %w", n, err)
			res = -1
		}
	}()
	if n == 0 {
		return 5, errors.New("zero")
	}
	res, err = g(n)
	if err != nil {
		return
	}
	x, err := g(n + 1)
	if err != nil {
		return x, err
	}
	return res + x, nil
}

func g(n int) (int, error) {
	if n == 3 {
		return 33, errors.New("three")
	}
	return n * 10, nil
}

func h() (n int) {
	defer func() { n *= 2 }()
	n = 3
	return n + 1
}

func k() (s string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered: %v", r)
		}
	}()
	var m map[string]int
	s = "before"
	m["x"] = 1
	return "after", nil
}

func order() {
	for i := 0; i < 3; i++ {
		defer fmt.Println("d", i)
	}
	defer func() { fmt.Println("last") }()
}

func early(n int) (err error) {
	defer func() { fmt.Println("early", n, err) }()
	switch {
	case n == 0:
		return nil
	case n == 1:
		err = errors.New("one")
		return err
	}
	if data, err := g(3); err != nil {
		return fmt.Errorf("%d %w", data, err)
	}
	return
}

func Handle(c *wake.Context, e wake.Event) error {
	for i := 0; i < 5; i++ {
		fmt.Println(f(i))
	}
	fmt.Println(h())
	s, err := k()
	fmt.Println(s, err != nil)
	order()
	early(0)
	early(1)
	early(2)
	return nil
}
