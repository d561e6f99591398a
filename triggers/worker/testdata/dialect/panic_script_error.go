//wake:on arrive /**
package main

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type myErr struct{ code int }

func (e *myErr) Error() string { return fmt.Sprint("code ", e.code) }

func Handle(c *wake.Context, e wake.Event) error {
	defer func() {
		err, ok := recover().(error)
		fmt.Println(err, ok)
	}()
	panic(&myErr{3})
	return nil
}
