//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	for _, p := range []string{"/x/1.txt", "/x/y/2.txt", "/x/y/3.md"} {
		if err := c.WriteFile(p, []byte(p)); err != nil {
			return err
		}
	}
	g, err := c.Glob("/x/**/*.txt")
	fmt.Println(g, err)
	return c.Walk("/x", func(name string, info wake.FileInfo) error { fmt.Println(name, info.Size(), info.IsDir()); return nil })
}
