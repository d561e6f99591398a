//wake:on arrive /**
package main

import (
	"bufio"
	"fmt"
	"io"

	"github.com/wakefs/wakefs/triggers/wake"
)

type R struct{ n int }

func (r *R) Read(p []byte) (int, error) {
	if r.n == 0 {
		return 0, io.EOF
	}
	r.n--
	p[0] = 'x'
	return 1, nil
}
func run() {
	b, err := io.ReadAll(&R{4})
	fmt.Println(string(b), err)
	s := bufio.NewScanner(&R{3})
	s.Scan()
	fmt.Println(s.Text())
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
