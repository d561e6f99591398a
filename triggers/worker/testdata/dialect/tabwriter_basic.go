//wake:on arrive /**
package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	w := tabwriter.NewWriter(&strings.Builder{}, 0, 8, 1, ' ', 0)
	fmt.Fprintln(w, "a\tb")
	fmt.Println(w.Flush())
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
