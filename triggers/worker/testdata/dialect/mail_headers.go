//wake:on arrive /**
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/mail"
	"net/textproto"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	r := textproto.NewReader(bufio.NewReader(bytes.NewReader([]byte("a: 1\r\nb-c: two\r\n  more\r\nA: 3\r\n\r\nrest"))))
	h, err := r.ReadMIMEHeader()
	fmt.Println(h.Values("a"), h.Get("B-C"), len(h), err, textproto.CanonicalMIMEHeaderKey("x-y-z"), textproto.TrimString(" a "))
	h.Add("a", "4")
	h.Del("b-c")
	fmt.Println(h, mail.Header(h).Get("A"))
	l, err := r.ReadLine()
	fmt.Println(l, err == io.EOF || err == nil)
	return nil
}
