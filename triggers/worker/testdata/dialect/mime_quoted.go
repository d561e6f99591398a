//wake:on arrive /**
package main

import (
	"fmt"
	"io"
	"mime/quotedprintable"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	var b strings.Builder
	w := quotedprintable.NewWriter(&b)
	io.WriteString(w, "These symbols will be escaped: = \t ü "+strings.Repeat("long ", 20))
	w.Close()
	fmt.Println(b.String())
	back, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(b.String())))
	fmt.Println(string(back), err)
	_, err = io.ReadAll(quotedprintable.NewReader(strings.NewReader("=zz")))
	fmt.Println(err)
	return nil
}
