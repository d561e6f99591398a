//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type myErr struct{ code int }

func (e *myErr) Error() string { return fmt.Sprint("code ", e.code) }

func fail() error { return &myErr{2} }

func Handle(c *wake.Context, e wake.Event) error {
	err := fail()
	w := fmt.Errorf("w: %w", err)
	fmt.Println(errors.Unwrap(w) == err, errors.Is(w, err))
	return nil
}
