//wake:on arrive /**
package main

import (
	"github.com/wakefs/wakefs/triggers/wake"
)

type E struct{ p string }

func (e *E) Error() string                       { return "cannot handle " + e.p }
func Handle(c *wake.Context, e wake.Event) error { return &E{e.Path} }
