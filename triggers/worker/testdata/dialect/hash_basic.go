//wake:on arrive /**
package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"hash/fnv"
	"io"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	h := sha256.New()
	io.WriteString(h, "abc")
	fmt.Println(hex.EncodeToString(h.Sum(nil)))
	fmt.Printf("%x\n", sha256.Sum256([]byte("abc")))
	f := fnv.New32a()
	f.Write([]byte("a"))
	fmt.Println(f.Sum32(), crc32.ChecksumIEEE([]byte("abc")), base64.StdEncoding.EncodeToString([]byte("hi")))
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
