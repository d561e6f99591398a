//wake:on arrive /**
package main

import (
	"fmt"
	"mime"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	for _, ext := range []string{".html", ".png", ".json", ".css", ".gif", ".unknownext"} {
		fmt.Println(ext, mime.TypeByExtension(ext))
	}
	t, params, err := mime.ParseMediaType(`text/html; charset="utf-8"; q=0.5`)
	fmt.Println(t, params, err)
	_, _, err = mime.ParseMediaType("text/html; charset")
	fmt.Println(err)
	fmt.Println(mime.FormatMediaType("multipart/form-data", map[string]string{"boundary": "a b"}))
	fmt.Println(mime.QEncoding.Encode("utf-8", "¡Hola, señor!"), mime.BEncoding.Encode("utf-8", "ü"))
	d := new(mime.WordDecoder)
	s, err := d.DecodeHeader("=?UTF-8?Q?=C2=A1Hola,_se=C3=B1or!?= x =?utf-8?b?w7w=?=")
	fmt.Println(s, err)
	return nil
}
