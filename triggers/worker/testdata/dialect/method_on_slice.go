//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type L []int

func (l L) Sum() (t int) {
	for _, v := range l {
		t += v
	}
	return
}
func (l *L) Add(v int) { *l = append(*l, v) }
func run()             { var l L; l.Add(1); l.Add(2); fmt.Println(l.Sum(), len(l)) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
