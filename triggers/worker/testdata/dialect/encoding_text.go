//wake:on arrive /**
package main

import (
	"encoding"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

type level int

func (l level) MarshalText() ([]byte, error)  { return []byte(strings.Repeat("!", int(l))), nil }
func (l *level) UnmarshalText(b []byte) error { *l = level(len(b)); return nil }

func show(m encoding.TextMarshaler) string {
	b, err := m.MarshalText()
	return fmt.Sprint(string(b), " ", err)
}

func Handle(c *wake.Context, e wake.Event) error {
	fmt.Println(show(level(3)), show(time.Unix(0, 0).UTC()))
	b, err := json.Marshal(level(2))
	fmt.Println(string(b), err)
	var l level
	var u encoding.TextUnmarshaler = &l
	fmt.Println(u.UnmarshalText([]byte("abcd")), l == 4)
	return nil
}
