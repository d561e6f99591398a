//wake:on arrive /**
package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	s := "héllo, 世界\xff"
	for i, r := range s {
		fmt.Print(i, ":", string(r), " ")
	}
	fmt.Println(len(s), utf8.RuneCountInString(s), s[1], s[1:3])
	rs := []rune(s)
	rs[0] = 'H'
	fmt.Println(string(rs), len(rs))
	bs := []byte("abc")
	t := string(bs)
	bs[0] = 'x'
	fmt.Println(t, string(bs), string(rune(65)), string([]rune{0x4e16}))
	b2 := []byte(t)
	b2 = append(b2, '!')
	fmt.Println(string(b2), t == "abc", t < "abd", t+"x" > "abcw")
	for i := range "abc" {
		fmt.Print(i)
	}
	for i := len(t) - 1; i >= 0; i-- {
		fmt.Print(string(t[i]), t[i]-'a')
	}
	fmt.Println()
	var sb strings.Builder
	for i := 3; i > 0; i-- {
		fmt.Fprintf(&sb, "%d...", i)
	}
	sb.WriteByte('!')
	sb.WriteRune('世')
	fmt.Println(sb.String(), sb.Len())
	raw := `a\nb`
	fmt.Println(raw, len(raw), "tab\tq\"", 'x', '\n', '\x41')
	c2 := s[0]
	switch {
	case 'a' <= c2 && c2 <= 'z', c2 == '_':
		fmt.Println("lower")
	}
	fmt.Printf("%q %v %+q %x % x %U %c\n", s, []byte("hi"), "é", "hi", "hi", '世', 0x4e16)
	f := strings.FieldsFunc("a1b2c", func(r rune) bool { return r >= '0' && r <= '9' })
	fmt.Println(f, strings.Map(func(r rune) rune {
		if r == 'a' {
			return -1
		}
		return r - 32
	}, "banana"))
	return nil
}
