//wake:on arrive /**
package main

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	s := bufio.NewScanner(strings.NewReader("one two\nthree"))
	s.Split(bufio.ScanWords)
	for s.Scan() {
		fmt.Println(s.Text())
	}
	fmt.Println(s.Err())
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
