//wake:on arrive /**
package main

import (
	"fmt"
	"sync"

	"github.com/wakefs/wakefs/triggers/wake"
)

type L int

func (l L) String() string { return fmt.Sprint("L", int(l)) }

type S struct {
	n  int
	cb func(string, ...any)
}

func (s S) Error() string { return fmt.Sprint("S", s.n) }

func a(xs []int, m map[string]any) (n int, v any, err error) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Println("R", r)
			n, err = len(xs), S{n: 9}
		}
	}()
	switch k := len(xs); k + 1 {
	case min(3, 4), 5:
		m[fmt.Sprint(min(k, 9))], v = func() any { return L(k) }(), S{n: max(k, 1)}
		return len(xs), v, nil
	case 1:
		panic(S{n: 4})
	default:
		if v, ok := m["q"].(int); !ok {
			return min(len(xs), 2), L(k), S{n: k}
		} else if w, ok := m["z"]; ok {
			return cap(xs[:1:1]), w, nil
		} else {
			return v, []any{w, v}, nil
		}
	}
}

func b(xs ...any) (int, error) { return len(xs), S{n: len(xs)} }

func Handle(c *wake.Context, e wake.Event) error {
	m := map[string]any{}
	fmt.Println(a([]int{1, 2}, m))
	fmt.Println(m)
	fmt.Println(a(nil, m))
	fmt.Println(a([]int{1}, m))
	n, err := b(L(1), S{n: 2}, m["2"])
	fmt.Println(n, err)
	var wg sync.WaitGroup
	var mu sync.Mutex
	s := S{cb: func(f string, v ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Printf(f+"\n", v...)
		wg.Done()
	}}
	wg.Add(1)
	go s.cb("%v %v", L(3), max(n, 2))
	wg.Wait()
	fs := map[string]func(){"x": wg.Done}
	wg.Add(1)
	go fs["x"]()
	wg.Wait()
	var x any = S{n: 1}
	switch t := x.(type) {
	case error:
		fmt.Println("err", t, len(t.Error()))
	}
	switch y := x; y {
	case S{n: 1}.n, nil:
		fmt.Println("no")
	default:
		fmt.Println("def", y)
	}
	return nil
}
