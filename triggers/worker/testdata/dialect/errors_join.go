//wake:on arrive /**
package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	e := errors.Join(errors.New("a"), errors.New("b"))
	fmt.Println(strings.ReplaceAll(e.Error(), "\n", "|"))
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
