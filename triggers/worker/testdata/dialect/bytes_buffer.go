//wake:on arrive /**
package main

import (
	"bytes"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	var b bytes.Buffer
	b.WriteString("abc")
	b.WriteByte('d')
	fmt.Fprintf(&b, "%d", 5)
	fmt.Println(b.String(), b.Len(), bytes.Contains(b.Bytes(), []byte("cd")))
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
