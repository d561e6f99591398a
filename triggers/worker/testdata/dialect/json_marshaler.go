//wake:on arrive /**
package main

import (
	"encoding/json"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type D struct{ n int }

func (d D) MarshalJSON() ([]byte, error) { return []byte(fmt.Sprintf(`"d%d"`, d.n)), nil }
func run()                               { b, err := json.Marshal(D{5}); fmt.Println(string(b), err) }

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
