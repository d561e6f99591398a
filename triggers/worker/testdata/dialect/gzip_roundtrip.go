//wake:on arrive /**
package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(strings.Repeat("hello ", 100)))
	w.Close()
	r, err := gzip.NewReader(&b)
	d, err2 := io.ReadAll(r)
	fmt.Println(len(d), err, err2)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
