//wake:on arrive /**
package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	r := csv.NewReader(strings.NewReader("a,b\n1,\"x,y\"\n"))
	rows, err := r.ReadAll()
	fmt.Println(len(rows), rows[1][1], err)
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Write([]string{"p", "q r", `s"t`})
	w.Flush()
	fmt.Print(b.String())
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
