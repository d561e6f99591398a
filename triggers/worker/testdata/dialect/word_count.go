//wake:on arrive /**
package main

import (
	"fmt"
	"sort"
	"strings"
	"unicode"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	m := map[string]int{}
	for _, w := range strings.FieldsFunc("a b, a; c b a", func(r rune) bool { return !unicode.IsLetter(r) }) {
		m[w]++
	}
	ks := make([]string, 0, len(m))
	for k := range m {
		ks = append(ks, k)
	}
	sort.Slice(ks, func(i, j int) bool { return m[ks[i]] > m[ks[j]] })
	for _, k := range ks {
		fmt.Println(k, m[k])
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
