//wake:on arrive /**
package main

import (
	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	c.Log(e.Type, e.Path, e.Name, e.Size, len(e.Chain), e.Type == wake.Arrive)
	c.Logf("%s attempt %d %v", c.Trigger(), c.Attempt(), c.Left().Ops > 0)
	return nil
}
