//wake:on arrive /**
package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

type circle struct{ r int }
type square struct{ s int }

func (c circle) area() int  { return c.r * 3 }
func (s *square) area() int { return s.s * s.s }

type shape interface{ area() int }

func kind(v any) string {
	switch x := v.(type) {
	case nil:
		return "nil"
	case int, int64:
		return fmt.Sprintf("int %v", x)
	case string:
		return "string " + x
	case []int:
		return fmt.Sprint("slice ", len(x))
	case map[string]int:
		return fmt.Sprint("map ", x["a"])
	case error:
		return "error " + x.Error()
	case func() int:
		return fmt.Sprint("func ", x())
	case bool:
		if x {
			return "yes"
		}
		return "no"
	case circle:
		return fmt.Sprint("circle ", x.r)
	case *square:
		return fmt.Sprint("square ", x.s)
	case time.Duration:
		return x.String()
	case []byte:
		return "bytes " + string(x)
	case *int:
		return fmt.Sprint("*int ", *x)
	case chan int:
		return "chan"
	case [2]int:
		return fmt.Sprint("arr ", x[1])
	case float64:
		return fmt.Sprint("float ", x)
	case struct{}:
		return "empty"
	}
	return "other"
}

func Handle(c *wake.Context, e wake.Event) error {
	n := 4
	for _, v := range []any{nil, 1, int64(2), "s", []int{1}, map[string]int{"a": 3}, errors.New("e"), func() int { return 5 }, true, circle{2}, &square{3}, time.Second, []byte("b"), &n, make(chan int), [2]int{1, 2}, 1.5, struct{}{}, uint8(1), io.EOF, &fs.PathError{Op: "op", Path: "p", Err: fs.ErrNotExist}} {
		fmt.Println(kind(v))
	}
	total := 0
	for _, s := range []shape{circle{1}, &square{2}} {
		total += s.area()
		if c, ok := s.(circle); ok {
			fmt.Println("c", c.r)
		}
		if sq, ok := s.(*square); ok {
			sq.s = 10
		}
		fmt.Println(s.area())
	}
	fmt.Println(total)
	var err error = &fs.PathError{Op: "op", Path: "p", Err: fs.ErrNotExist}
	if pe, ok := err.(*fs.PathError); ok {
		fmt.Println(pe.Op, pe.Path, errors.Is(err, fs.ErrNotExist))
	}
	return nil
}
