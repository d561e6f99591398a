//wake:on arrive /**
package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, _ := w.Create("a.txt")
	f.Write([]byte("content"))
	w.Close()
	r, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	fmt.Println(err, len(r.File), r.File[0].Name)
	rc, _ := r.File[0].Open()
	d, _ := io.ReadAll(rc)
	fmt.Println(string(d))
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
