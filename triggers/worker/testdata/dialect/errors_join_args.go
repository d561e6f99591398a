//wake:on arrive /**
package main

import (
	"errors"
	"fmt"
	"github.com/wakefs/wakefs/triggers/wake"
	"io"
)

type opError struct{ op string }

func (o *opError) Error() string { return "op " + o.op }

type val string

func (v val) Error() string { return "val " + string(v) }

func Handle(c *wake.Context, e wake.Event) error {
	a := &opError{"x"}
	fmt.Println(errors.Join(a, val("q")))
	fmt.Println(errors.Join(val("q"), io.EOF))
	w := fmt.Errorf("w %w %w", val("z"), a)
	fmt.Println(w, errors.Is(w, val("z")), errors.Is(w, a), errors.Is(w, val("y")))
	return nil
}
