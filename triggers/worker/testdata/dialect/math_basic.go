//wake:on arrive /**
package main

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	fmt.Println(math.Sqrt(2), math.MaxInt64, math.Floor(-1.5), math.Inf(1), math.Pi)
	fmt.Println(bits.OnesCount(255), bits.LeadingZeros64(1))
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
