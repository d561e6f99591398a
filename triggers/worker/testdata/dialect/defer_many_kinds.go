//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	m := map[string]int{"a": 1}
	func() { defer delete(m, "a"); fmt.Println(len(m)) }()
	fmt.Println(len(m))
	c := make(chan int)
	func() { defer close(c) }()
	_, ok := <-c
	fmt.Println(ok)
	func() { defer func() { fmt.Println(recover()) }(); defer panic("deferred") }()
	fs := []func(string){func(s string) { fmt.Println("fs", s) }}
	func() { defer fs[0]("x"); fs = nil }()
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
