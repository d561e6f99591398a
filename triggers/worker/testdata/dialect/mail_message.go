//wake:on arrive /**
package main

import (
	"fmt"
	"io"
	"net/mail"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

const text = `Date: Mon, 23 Jun 2015 11:40:36 -0400
From: Gopher <from@example.com>
To: Another Gopher <to@example.com>, "Q, R" <q@example.com>
Subject: Gophers at Gophercon
Received: a
Received: b

Message body
`

func Handle(c *wake.Context, e wake.Event) error {
	m, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		return err
	}
	fmt.Println(m.Header.Get("subject"), m.Header["Received"])
	to, err := m.Header.AddressList("To")
	fmt.Println(err)
	for _, a := range to {
		fmt.Println(a.Name, a.Address, a.String(), a)
	}
	d, err := m.Header.Date()
	fmt.Println(d, err)
	body, _ := io.ReadAll(m.Body)
	fmt.Printf("%q\n", body)
	_, err = mail.ParseAddress("nobody")
	fmt.Println(err)
	_, err = m.Header.AddressList("Cc")
	fmt.Println(err == mail.ErrHeaderNotPresent)
	return nil
}
