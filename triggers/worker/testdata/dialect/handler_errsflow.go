//wake:on arrive /**
package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"

	"github.com/wakefs/wakefs/triggers/wake"
)

var (
	errNotFound = errors.New("not found")
	errBad      = fmt.Errorf("bad: %w", errNotFound)
)

func find(m map[string]int, k string) (int, error) {
	v, ok := m[k]
	if !ok {
		return 0, fmt.Errorf("find %q: %w", k, errNotFound)
	}
	return v, nil
}

func parse(s string) (n int, err error) {
	if n, err = strconv.Atoi(s); err != nil {
		return 0, fmt.Errorf("parse: %w", err)
	}
	return n, err
}

func multi() (a, b int, err error) {
	a, err = parse("1")
	if err != nil {
		return
	}
	b, err = parse("x")
	return a, b, err
}

func must(n int, err error) int {
	if err != nil {
		panic(err)
	}
	return n
}

func Handle(c *wake.Context, e wake.Event) error {
	m := map[string]int{"a": 1}
	for _, k := range []string{"a", "b"} {
		v, err := find(m, k)
		switch {
		case errors.Is(err, errNotFound):
			fmt.Println("nf", err)
		case err != nil:
			return err
		default:
			fmt.Println(v)
		}
	}
	fmt.Println(errors.Is(errBad, errNotFound), errBad)
	a, b, err := multi()
	fmt.Println(a, b, err)
	if ne, ok := errors.Unwrap(err).(*strconv.NumError); ok {
		fmt.Println(ne.Func, ne.Num, ne.Err == strconv.ErrSyntax)
	}
	_, err = c.ReadFile("/none")
	fmt.Println(errors.Is(err, fs.ErrNotExist), err)
	if pe, ok := err.(*fs.PathError); ok {
		fmt.Println(pe.Path)
	}
	var errs []error
	for _, s := range []string{"1", "y", "z"} {
		if _, err := parse(s); err != nil {
			errs = append(errs, err)
		}
	}
	err = errors.Join(errs...)
	fmt.Println(len(errs), err)
	fmt.Println(errors.Join(nil, nil) == nil)
	func() {
		defer func() {
			if r := recover(); r != nil {
				err, ok := r.(error)
				fmt.Println("panic", ok, err)
			}
		}()
		must(parse("q"))
	}()
	if err := func() error { return io.EOF }(); err == io.EOF {
		fmt.Println("eof")
	}
	data, err := []byte(nil), error(nil)
	data, err = []byte("x"), io.ErrUnexpectedEOF
	fmt.Println(string(data), err)
	if data, err = nil, nil; err == nil {
		fmt.Println(data == nil)
	}
	var n int
	if n, err = parse("5"); err == nil && n == 5 {
		fmt.Println("five")
	}
	return fmt.Errorf("final: %w", errBad)
}
