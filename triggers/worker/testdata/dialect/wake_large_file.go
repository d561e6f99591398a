//wake:on arrive /**
package main

import (
	"bytes"
	"fmt"
	"io"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	w, err := c.Create("/big")
	if err != nil {
		return err
	}
	b := make([]byte, 3<<20)
	for i := range b {
		b[i] = byte(i)
	}
	w.Write(b[:100])
	w.Write(b[100:])
	if err := w.Close(); err != nil {
		return err
	}
	d, err := c.ReadFile("/big")
	fmt.Println(len(d), bytes.Equal(d, b), err)
	f, err := c.Open("/big")
	if err != nil {
		return err
	}
	defer f.Close()
	p := make([]byte, 10)
	n, err := f.ReadAt(p, 3<<20-5)
	fmt.Println(n, err == io.EOF, p[0])
	o, err := f.Seek(-4, io.SeekEnd)
	fmt.Println(o, err)
	s, err := c.SHA256("/big")
	fmt.Println(s, err)
	a, err := c.Append("/big")
	a.Write([]byte("end"))
	a.Close()
	i, _ := c.Stat("/big")
	fmt.Println(i.Size(), err)
	return nil
}
