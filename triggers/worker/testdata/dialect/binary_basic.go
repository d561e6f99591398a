//wake:on arrive /**
package main

import (
	"encoding/binary"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	b := make([]byte, 8)
	binary.LittleEndian.PutUint32(b, 0xdeadbeef)
	fmt.Println(b, binary.BigEndian.Uint16(b))
	b = binary.AppendUvarint(nil, 300)
	v, n := binary.Uvarint(b)
	fmt.Println(v, n)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
