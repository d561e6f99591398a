//wake:on arrive /**
package main

import (
	"fmt"
	"strconv"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	n, err := strconv.Atoi("12x")
	fmt.Println(n, err)
	f, _ := strconv.ParseFloat("1e3", 64)
	fmt.Println(f, strconv.Quote("a\n"), strconv.FormatInt(255, 16))
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
