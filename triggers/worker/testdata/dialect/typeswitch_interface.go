//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type Shape interface{ Area() float64 }
type Sq struct{ s float64 }

func (s Sq) Area() float64 { return s.s * s.s }

type Ci struct{ r float64 }

func (c *Ci) Area() float64 { return 3 * c.r * c.r }
func run() {
	for _, s := range []Shape{Sq{2}, &Ci{1}} {
		switch v := s.(type) {
		case Sq:
			fmt.Println("sq", v.s, v.Area())
		case *Ci:
			fmt.Println("ci", v.r, v.Area())
		}
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
