//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

var ErrBase = errors.New("base")

func run() {
	e := fmt.Errorf("ctx: %w", ErrBase)
	fmt.Println(e, errors.Is(e, ErrBase), errors.Unwrap(e) == ErrBase)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
