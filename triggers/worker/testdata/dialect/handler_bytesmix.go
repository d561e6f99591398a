//wake:on arrive /**
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

type header struct {
	Magic [4]byte
	Ver   uint16
	Len   uint32
}

func Handle(c *wake.Context, e wake.Event) error {
	var buf bytes.Buffer
	h := header{[4]byte{'W', 'A', 'K', 'E'}, 2, 300}
	if err := binary.Write(&buf, binary.LittleEndian, h); err != nil {
		return err
	}
	fmt.Println(hex.EncodeToString(buf.Bytes()), buf.Len())
	var g header
	if err := binary.Read(bytes.NewReader(buf.Bytes()), binary.LittleEndian, &g); err != nil {
		return err
	}
	fmt.Println(g, g == h, string(g.Magic[:]))
	b := make([]byte, 8)
	binary.BigEndian.PutUint32(b[2:], 0xdeadbeef)
	fmt.Printf("%x %d\n", b, binary.BigEndian.Uint16(b[2:4]))
	sum := sha256.Sum256([]byte("x"))
	fmt.Printf("%x %d\n", sum[:4], len(sum))
	w := sha256.New()
	io.WriteString(w, "x")
	fmt.Println(bytes.Equal(w.Sum(nil), sum[:]))
	fmt.Println(crc32.ChecksumIEEE([]byte("abc")), base64.StdEncoding.EncodeToString([]byte("hi!")))
	d, err := base64.StdEncoding.DecodeString("a$")
	fmt.Println(d, err)
	r := io.LimitReader(strings.NewReader("abcdef"), 4)
	all, err := io.ReadAll(io.TeeReader(r, &buf))
	fmt.Println(string(all), err, bytes.Count([]byte("cheese"), []byte("e")))
	parts := bytes.Split([]byte("a,b,c"), []byte{','})
	for i, p := range parts {
		fmt.Print(i, string(p))
	}
	fmt.Println(bytes.HasPrefix([]byte("abc"), []byte("ab")), string(bytes.TrimSpace([]byte(" x "))))
	mr := io.MultiReader(strings.NewReader("1"), strings.NewReader("2"))
	data, _ := io.ReadAll(mr)
	fmt.Println(string(data))
	pr, pw := io.Pipe()
	go func() {
		fmt.Fprint(pw, "piped")
		pw.Close()
	}()
	data, err = io.ReadAll(pr)
	fmt.Println(string(data), err)
	var n int64
	n, err = io.Copy(io.Discard, strings.NewReader("123"))
	fmt.Println(n, err)
	return nil
}
