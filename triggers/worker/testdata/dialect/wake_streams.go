//wake:on arrive /**
package main

import (
	"bufio"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	w, err := c.Create("/s")
	if err != nil {
		return err
	}
	for i := range 1000 {
		fmt.Fprintln(w, "line", i)
	}
	if err := w.Close(); err != nil {
		return err
	}
	r, err := c.Open("/s")
	if err != nil {
		return err
	}
	defer r.Close()
	n := 0
	s := bufio.NewScanner(r)
	for s.Scan() {
		n++
	}
	fmt.Println(n, r.Size())
	return s.Err()
}
