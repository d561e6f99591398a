//wake:on arrive /**
package main

import (
	"container/list"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	l := list.New()
	l.PushBack(1)
	l.PushFront(0)
	for e := l.Front(); e != nil; e = e.Next() {
		fmt.Println(e.Value)
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
