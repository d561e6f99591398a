//wake:on arrive /**
package main

import (
	"errors"
	"fmt"
	"sync"

	"github.com/wakefs/wakefs/triggers/wake"
)

type res struct{ open int }

func (r *res) close() error { r.open--; fmt.Print("close "); return nil }

func open(r *res) (*res, error) { r.open++; return r, nil }

func use(r *res, fail bool) (n int, err error) {
	h, err := open(r)
	if err != nil {
		return 0, err
	}
	defer h.close()
	defer func() {
		if cerr := recover(); cerr != nil {
			err = fmt.Errorf("panic: %v", cerr)
		}
	}()
	for i := range 3 {
		defer func(k int) { n += k }(i)
	}
	if fail {
		panic("boom")
	}
	return 10, nil
}

func nested() (s string) {
	defer func() {
		defer func() {
			if r := recover(); r != nil {
				s += fmt.Sprint("inner:", r)
			}
		}()
		if r := recover(); r != nil {
			s += fmt.Sprint("outer:", r, " ")
			panic("second")
		}
	}()
	panic("first")
}

func loop() (out []int) {
	for i := 0; i < 3; i++ {
		func() {
			defer func() { out = append(out, i*10) }()
			if i == 1 {
				return
			}
			out = append(out, i)
		}()
	}
	return out
}

func locked(mu *sync.Mutex, m map[string]int, k string) int {
	mu.Lock()
	defer mu.Unlock()
	if v, ok := m[k]; ok {
		return v
	}
	m[k] = len(m) + 1
	return m[k]
}

func cleanup(steps ...string) (err error) {
	var undo []func()
	defer func() {
		if err != nil {
			for i := len(undo) - 1; i >= 0; i-- {
				undo[i]()
			}
		}
	}()
	for _, s := range steps {
		if s == "bad" {
			return errors.New("bad step")
		}
		undo = append(undo, func() { fmt.Print("undo ", s, " ") })
	}
	return nil
}

func tuple(ok bool) (a int, b string, err error) {
	defer func() { a++ }()
	if !ok {
		return 1, "x", errors.New("no")
	}
	a, b = 5, "y"
	return
}

func Handle(c *wake.Context, e wake.Event) error {
	r := &res{}
	fmt.Println(use(r, false))
	fmt.Println(use(r, true))
	fmt.Println(r.open, nested(), loop())
	var mu sync.Mutex
	m := map[string]int{}
	fmt.Println(locked(&mu, m, "a"), locked(&mu, m, "b"), locked(&mu, m, "a"))
	fmt.Println(cleanup("a", "b", "bad"))
	fmt.Println(cleanup("a"))
	fmt.Println(tuple(true))
	fmt.Println(tuple(false))
	return nil
}
