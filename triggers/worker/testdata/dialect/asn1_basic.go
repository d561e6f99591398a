//wake:on arrive /**
package main

import (
	"encoding/asn1"
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

type rec struct {
	N    int
	S    string `asn1:"utf8"`
	Opt  int    `asn1:"optional,explicit,tag:1"`
	List []int
}

func Handle(c *wake.Context, e wake.Event) error {
	b, err := asn1.Marshal(rec{N: 5, S: "hé", List: []int{1, 2}})
	fmt.Printf("%x %v\n", b, err)
	var r rec
	rest, err := asn1.Unmarshal(append(b, 1), &r)
	fmt.Println(r.N, r.S, r.Opt, r.List, rest, err)
	b, err = asn1.Marshal(asn1.ObjectIdentifier{1, 2, 840})
	fmt.Printf("%x %v\n", b, err)
	var oid asn1.ObjectIdentifier
	_, err = asn1.Unmarshal(b, &oid)
	fmt.Println(oid, err, oid.Equal(asn1.ObjectIdentifier{1, 2, 840}))
	return nil
}
