//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

const Big = 1 << 40

func run() { var x int64 = Big; fmt.Println(x, Big>>38, uint8(200)-100+44) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
