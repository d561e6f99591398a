//wake:on arrive /in/journal/*
//wake:budget cpu=300ms memory=32MiB ops=1000
//wake:retry 40
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

// Handle appends a line to one of four files and removes what woke it.
func Handle(c *wake.Context, e wake.Event) error {
	out, err := c.Append("/journal/" + e.Name[:1])
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, e.Name)
	if err := errors.Join(err, out.Close()); err != nil {
		return err
	}
	if err := c.Remove(e.Path); err != nil {
		return err
	}
	return stumble(c, e)
}
