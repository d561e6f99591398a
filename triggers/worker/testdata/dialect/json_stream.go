//wake:on arrive /**
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

type R struct{ A int }

func run() {
	d := json.NewDecoder(strings.NewReader(`{"A":1}{"A":2}`))
	for {
		var r R
		if err := d.Decode(&r); err == io.EOF {
			break
		} else if err != nil {
			fmt.Println(err)
			break
		}
		fmt.Println(r.A)
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
