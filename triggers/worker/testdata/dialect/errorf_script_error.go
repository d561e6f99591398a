//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type myErr struct{ code int }

func (e *myErr) Error() string { return fmt.Sprint("code ", e.code) }

func Handle(c *wake.Context, e wake.Event) error {
	err := fmt.Errorf("w: %w", &myErr{1})
	fmt.Println(err, errors.Unwrap(err))
	return nil
}
