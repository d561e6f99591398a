//wake:on arrive /**
package main

import (
	"fmt"
	"net/mail"
	"sort"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	list, err := mail.ParseAddressList(`Bob <bob@b.org>, alice@a.org, "Eve \"E\" X" <eve@e.org>`)
	if err != nil {
		return err
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Address < list[j].Address })
	for i, a := range list {
		fmt.Println(i, *a, a)
	}
	a := mail.Address{Name: "Übung", Address: "x@y.z"}
	fmt.Println(a.String())
	p := mail.AddressParser{}
	b, err := p.Parse("<a@b>")
	fmt.Println(b, err)
	return nil
}
