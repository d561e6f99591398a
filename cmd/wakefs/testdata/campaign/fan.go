//wake:on arrive /in/fan/*
//wake:budget cpu=300ms memory=32MiB ops=1000
//wake:retry 40
package main

import (
	"strconv"

	"github.com/wakefs/wakefs/triggers/wake"
)

// Handle makes five files of one; each wakes leaf.
func Handle(c *wake.Context, e wake.Event) error {
	for i := 0; i < 5; i++ {
		if err := c.WriteFile("/fan/"+e.Name+"/"+strconv.Itoa(i), []byte(e.Name)); err != nil {
			return err
		}
	}
	if err := c.Remove(e.Path); err != nil {
		return err
	}
	return stumble(c, e)
}
