//wake:on arrive /**
package main

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.SetBoundary("XX"); err != nil {
		return err
	}
	w.WriteField("name", "value")
	p, err := w.CreateFormFile("file", `a"b.txt`)
	if err != nil {
		return err
	}
	io.WriteString(p, "content")
	h := textproto.MIMEHeader{}
	h.Set("content-type", "text/x")
	p, _ = w.CreatePart(h)
	fmt.Fprint(p, "part ", 3)
	w.Close()
	fmt.Println(strings.ReplaceAll(b.String(), "\r\n", "\n"), w.FormDataContentType())
	r := multipart.NewReader(&b, "XX")
	for {
		p, err := r.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		data, _ := io.ReadAll(p)
		fmt.Printf("%q %q %s\n", p.FormName(), p.FileName(), data)
	}
	return nil
}
