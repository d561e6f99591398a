//wake:on arrive /**
package main

import (
	"fmt"
	"math/big"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	a := big.NewInt(1)
	for i := 1; i <= 25; i++ {
		a.Mul(a, big.NewInt(int64(i)))
	}
	fmt.Println(a)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
