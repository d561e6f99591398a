//wake:on arrive /in/tally/*
//wake:budget cpu=300ms memory=32MiB ops=1000
//wake:retry 40
package main

import (
	"errors"
	"io/fs"
	"strconv"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

// Handle counts in one of four files, which many want to change at the same time.
func Handle(c *wake.Context, e wake.Event) error {
	path := "/tally/" + e.Name[:1]
	n := 0
	b, err := c.ReadFile(path)
	if err == nil {
		n, err = strconv.Atoi(string(b))
	} else if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return err
	}
	time.Sleep(time.Millisecond) // others read the same number
	if err := c.WriteFile(path, []byte(strconv.Itoa(n+1))); err != nil {
		return err
	}
	if err := c.Rename(e.Path, "/done/tally/"+e.Name); err != nil {
		return err
	}
	return stumble(c, e)
}
