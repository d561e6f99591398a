//wake:on arrive /**
package main

import (
	"encoding/json"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type I struct{ A int }
type O struct {
	In I
	P  *I
	L  []I
}

func run() {
	b, _ := json.MarshalIndent(O{I{1}, &I{2}, []I{{3}}}, "", " ")
	fmt.Println(string(b))
	var o O
	fmt.Println(json.Unmarshal(b, &o), o.P.A, o.L[0].A)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
