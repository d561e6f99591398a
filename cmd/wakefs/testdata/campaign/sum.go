//wake:on arrive /in/sum/*
//wake:batch 50 300ms
//wake:budget cpu=300ms memory=32MiB ops=1000
//wake:retry 40
package main

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

// HandleBatch adds up numbers that are in files.
func HandleBatch(c *wake.Context, events []wake.Event) error {
	sum := 0
	b, err := c.ReadFile("/sum")
	if err == nil {
		sum, err = strconv.Atoi(string(b))
	} else if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return err
	}
	for _, e := range events {
		b, err := c.ReadFile(e.Path)
		if err != nil {
			return err
		}
		n, err := strconv.Atoi(strings.TrimSpace(string(b)))
		if err != nil {
			return err
		}
		sum += n
		if err := c.Rename(e.Path, "/done/sum/"+e.Name); err != nil {
			return err
		}
	}
	if err := c.WriteFile("/sum", []byte(strconv.Itoa(sum))); err != nil {
		return err
	}
	return stumble(c, events[0])
}
