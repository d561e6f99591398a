//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() { c := complex(1, 2); fmt.Println(c*c, real(c), imag(c)) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
