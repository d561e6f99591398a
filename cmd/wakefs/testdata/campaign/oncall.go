//wake:on arrive /in/oncall/*
//wake:budget cpu=300ms memory=32MiB ops=1000
//wake:retry 40
//wake:order none
package main

import (
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

// Handle is the program that shows write skew: of two doctors on call each may go if the other is there. The requests
// of both come at the same time; each run reads both and changes only its own.
func Handle(c *wake.Context, e wake.Event) error {
	shift := "/oncall/" + e.Name[1:] + "/"
	both := c.Exists(shift+"a") && c.Exists(shift+"b")
	time.Sleep(2 * time.Millisecond) // the other reads too
	if both {
		if err := c.Remove(shift + e.Name[:1]); err != nil {
			return err
		}
	}
	if err := c.Rename(e.Path, "/done/oncall/"+e.Name); err != nil {
		return err
	}
	return stumble(c, e)
}
