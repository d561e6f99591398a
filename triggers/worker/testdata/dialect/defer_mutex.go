//wake:on arrive /**
package main

import (
	"fmt"
	"sync"

	"github.com/wakefs/wakefs/triggers/wake"
)

type S struct {
	mu sync.Mutex
	n  int
}

func (s *S) add(k int) int { s.mu.Lock(); defer s.mu.Unlock(); s.n += k; return s.n }
func run() {
	s := &S{}
	for i := range 4 {
		fmt.Println(s.add(i))
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
