//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	fmt.Printf("%.2f %8.3e %g %v %t %q %x %05d %+d %U\n", 3.14159, 12345.678, 1e21, 0.1+0.2, true, "q", "hex", 42, 7, '世')
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
