//wake:on arrive /**
package main

import (
	"errors"
	"fmt"
	"github.com/wakefs/wakefs/triggers/wake"
)

type code int

func (c code) Error() string        { return fmt.Sprintf("code %d", int(c)) }
func (c code) Is(target error) bool { return c >= 500 && target == errServer }

type wrapped struct {
	msg string
	err error
}

func (w *wrapped) Error() string { return w.msg + ": " + w.err.Error() }
func (w *wrapped) Unwrap() error { return w.err }
func (w *wrapped) Is(target error) bool {
	return target == errWrapped
}

var errServer = errors.New("server error")
var errWrapped = errors.New("wrapped")

func get(n int) error {
	if n < 400 {
		return nil
	}
	if n%2 == 1 {
		return &wrapped{"get", code(n)}
	}
	return code(n)
}

func Handle(c *wake.Context, e wake.Event) error {
	for _, n := range []int{200, 404, 500, 501, 403} {
		err := get(n)
		fmt.Println(n, err, errors.Is(err, errServer), errors.Is(err, errWrapped), errors.Is(err, code(n)), errors.Is(fmt.Errorf("x: %w", err), errServer))
	}
	return nil
}
