//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type F struct{ n int }

func (f *F) Close() error { fmt.Println("closing", f.n); return nil }
func each(ns []int) error {
	for _, n := range ns {
		f := &F{n}
		if err := func() error {
			defer f.Close()
			if n == 2 {
				return errors.New("two")
			}
			return nil
		}(); err != nil {
			return err
		}
	}
	return nil
}
func run() { fmt.Println(each([]int{1, 2, 3})) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
