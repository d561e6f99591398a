//wake:on arrive /**
package main

import (
	"fmt"
	"sort"

	"github.com/wakefs/wakefs/triggers/wake"
)

type by []string

func (b by) Len() int           { return len(b) }
func (b by) Less(i, j int) bool { return b[i] > b[j] }
func (b by) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }
func run() {
	s := []string{"a", "c", "b"}
	sort.Sort(by(s))
	fmt.Println(s)
	sort.Strings(s)
	fmt.Println(s, sort.SearchStrings(s, "b"))
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
