//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type C int

func (c C) String() string { return [...]string{"red", "green"}[c] }
func run() {
	c := C(1)
	fmt.Printf("%v %s %d %q %03d|%-8s|%x\n", c, c, c, c, c, c, c)
	fmt.Println([]C{0, 1}[0])
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
