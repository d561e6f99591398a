//wake:on arrive /**
package main

import (
	"errors"
	"fmt"
	"github.com/wakefs/wakefs/triggers/wake"
)

type opError struct{ op string }

func (o *opError) Error() string { return "op " + o.op }

var errM = errors.New("m")

func Handle(c *wake.Context, e wake.Event) error {
	j := errors.Join(errM, nil, &opError{"x"})
	fmt.Println(j)
	return nil
}
