//wake:on arrive /**
package main

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	c.WriteFile("/f", []byte("1"))
	fmt.Println(c.SetXattr("/f", "user.a", []byte("v")))
	v, err := c.GetXattr("/f", "user.a")
	fmt.Println(string(v), err)
	_, err = c.GetXattr("/f", "user.b")
	fmt.Println(errors.Is(err, wake.ErrNoXattr))
	fmt.Println(c.Rename("/f", "/deep/er/g"))
	i, err := c.Stat("/deep/er/g")
	fmt.Println(i.Name(), i.Size(), err)
	fmt.Println(c.RemoveAll("/deep"), c.Exists("/deep"))
	return nil
}
