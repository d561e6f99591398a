//wake:on arrive /**
package main

import (
	"fmt"
	"strings"
	"text/scanner"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	var s scanner.Scanner
	s.Init(strings.NewReader("x := 3.5 + \"str\" // comment\nif a > 'c' { }"))
	s.Filename = "in"
	for tok := s.Scan(); tok != scanner.EOF; tok = s.Scan() {
		fmt.Println(s.Position, scanner.TokenString(tok), s.TokenText())
	}
	s.Init(strings.NewReader("a-b c"))
	s.Mode = scanner.ScanIdents
	s.IsIdentRune = func(ch rune, i int) bool { return ch == '-' && i > 0 || ch >= 'a' && ch <= 'z' }
	for tok := s.Scan(); tok != scanner.EOF; tok = s.Scan() {
		fmt.Println(s.TokenText())
	}
	return nil
}
