//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

var errNope = errors.New("nope")

type codeErr struct {
	code int
	err  error
}

func (e *codeErr) Error() string { return fmt.Sprint(e.code, ": ", e.err) }

func (e *codeErr) Unwrap() error { return e.err }

func do() error { return &codeErr{4, errNope} }

func Handle(c *wake.Context, e wake.Event) error {
	err := do()
	fmt.Println(errors.Is(err, errNope), errors.Unwrap(err) == errNope)
	fmt.Println(errors.Is(fmt.Errorf("outer: %w", err), errNope))
	return nil
}
