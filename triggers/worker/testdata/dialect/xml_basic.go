//wake:on arrive /**
package main

import (
	"encoding/xml"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type T struct {
	XMLName xml.Name `xml:"t"`
	A       string   `xml:"a,attr"`
	B       []int    `xml:"b"`
}

func run() {
	b, err := xml.Marshal(T{A: "x", B: []int{1, 2}})
	fmt.Println(string(b), err)
	var t T
	fmt.Println(xml.Unmarshal(b, &t), t.A, t.B)
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
