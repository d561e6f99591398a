//wake:on arrive /**
package main

import (
	"bytes"
	"compress/lzw"
	"encoding/ascii85"
	"fmt"
	"io"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	var b bytes.Buffer
	w := lzw.NewWriter(&b, lzw.LSB, 8)
	io.WriteString(w, strings.Repeat("tobeornottobe", 20))
	w.Close()
	fmt.Println(b.Len())
	r := lzw.NewReader(&b, lzw.LSB, 8)
	back, err := io.ReadAll(r)
	fmt.Println(string(back[:20]), len(back), err)
	dst := make([]byte, ascii85.MaxEncodedLen(11))
	n := ascii85.Encode(dst, []byte("hello world"))
	fmt.Println(string(dst[:n]))
	out := make([]byte, 20)
	nd, ns, err := ascii85.Decode(out, dst[:n], true)
	fmt.Println(string(out[:nd]), ns, err)
	_, _, err = ascii85.Decode(out, []byte("{{{"), true)
	fmt.Println(err)
	return nil
}
