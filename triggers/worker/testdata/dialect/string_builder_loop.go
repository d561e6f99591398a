//wake:on arrive /**
package main

import (
	"fmt"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	var sb strings.Builder
	for i, w := range strings.Fields("the quick brown fox") {
		if i > 0 {
			sb.WriteByte(' ')
		}
		sb.WriteString(strings.ToUpper(w[:1]) + w[1:])
	}
	fmt.Println(sb.String())
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
