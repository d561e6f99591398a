//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type W int

const (
	A W = iota
	B
	C
)
const (
	KB = 1 << (10 * (iota + 1))
	MB
)

func (w W) String() string { return [...]string{"A", "B", "C"}[w] }
func run()                 { fmt.Println(A, B, C, KB, MB); fmt.Printf("%d %v\n", B, C) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
