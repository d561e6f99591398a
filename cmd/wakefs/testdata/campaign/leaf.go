//wake:on arrive /fan/**
//wake:budget cpu=300ms memory=32MiB ops=1000
//wake:retry 40
//wake:order none
package main

import (
	"path"

	"github.com/wakefs/wakefs/triggers/wake"
)

// Handle moves what fan made, away from under its brothers and sisters.
func Handle(c *wake.Context, e wake.Event) error {
	if err := c.Rename(e.Path, "/leaves/"+path.Base(path.Dir(e.Path))+"."+e.Name); err != nil {
		return err
	}
	return stumble(c, e)
}
