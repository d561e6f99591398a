//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	x := 1
	{
		x := 2
		x++
		fmt.Println(x)
	}
	if x := 5; x > 3 {
		fmt.Println(x)
	}
	fmt.Println(x)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
