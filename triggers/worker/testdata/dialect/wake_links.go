//wake:on arrive /**
package main

import (
	"fmt"
	"io/fs"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	c.WriteFile("/a", []byte("x"))
	fmt.Println(c.Symlink("/a", "/l/s"), c.Link("/a", "/l/h"))
	t, err := c.Readlink("/l/s")
	d, _ := c.ReadFile("/l/s")
	fmt.Println(t, err, string(d))
	i, _ := c.Lstat("/l/s")
	fmt.Println(i.Mode()&fs.ModeSymlink != 0)
	j, _ := c.Stat("/l/h")
	fmt.Println(j.Nlink())
	fmt.Println(c.Chmod("/a", 0600), c.Mkdir("/a/b"), c.Remove("/l"))
	return nil
}
