//wake:on arrive /**
package main

import (
	"encoding/pem"
	"fmt"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	b := &pem.Block{Type: "MESSAGE", Headers: map[string]string{"Animal": "Gopher"}, Bytes: []byte("test " + strings.Repeat("x", 60))}
	enc := pem.EncodeToMemory(b)
	fmt.Print(string(enc))
	got, rest := pem.Decode(append(enc, "trailing"...))
	fmt.Println(got.Type, got.Headers, string(got.Bytes), string(rest))
	got, rest = pem.Decode([]byte("none"))
	fmt.Println(got == nil, string(rest))
	return nil
}
