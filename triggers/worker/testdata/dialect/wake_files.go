//wake:on arrive /**
package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	if err := c.WriteFile("/a/b/c.txt", []byte("hello")); err != nil {
		return err
	}
	d, err := c.ReadFile("/a/b/c.txt")
	fmt.Println(string(d), err)
	_, err = c.ReadFile("/none")
	fmt.Println(errors.Is(err, fs.ErrNotExist), err)
	es, err := c.ReadDir("/a")
	for _, x := range es {
		fmt.Println(x.Name(), x.IsDir())
	}
	return err
}
