//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	data, err := []byte(nil), errors.New("x")
	data, err = []byte("d"), nil
	fmt.Println(string(data), err)
	return nil
}
