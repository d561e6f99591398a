//wake:on arrive /**
package main

import (
	"crypto/sha3"
	"encoding"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/maphash"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	s := sha3.Sum256([]byte("abc"))
	fmt.Println(hex.EncodeToString(s[:]))
	h := sha3.New512()
	h.Write([]byte("abc"))
	fmt.Printf("%x %d\n", h.Sum(nil)[:8], h.Size())
	var hh hash.Hash = sha3.New224()
	_, ok := hh.(encoding.BinaryMarshaler)
	fmt.Println(hh.BlockSize(), ok)
	k := sha3.NewSHAKE128()
	k.Write([]byte("x"))
	out := make([]byte, 8)
	k.Read(out)
	fmt.Printf("%x\n", out)
	seed := maphash.MakeSeed()
	var m maphash.Hash
	m.SetSeed(seed)
	m.WriteString("hello")
	fmt.Println(m.Sum64() == maphash.String(seed, "hello"), maphash.Bytes(seed, []byte("a")) == maphash.String(seed, "b"))
	return nil
}
