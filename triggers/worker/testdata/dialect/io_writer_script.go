//wake:on arrive /**
package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

type W struct{ n int }

func (w *W) Write(p []byte) (int, error) { w.n += len(p); return len(p), nil }
func run() {
	w := &W{}
	fmt.Fprintf(w, "hello %d", 5)
	io.Copy(w, strings.NewReader("abc"))
	fmt.Println(w.n)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
