//wake:on arrive /**
package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

type name string

func (n name) String() string { return "<" + string(n) + ">" }

func first() (int, bool) {
	for i, seen := 3, false; ; {
		i++
		if seen {
			return i, seen
		}
		seen = i > 5
	}
}

func Handle(c *wake.Context, e wake.Event) error {
	for r := strings.NewReader("abc"); ; {
		b, err := r.ReadByte()
		if err == io.EOF {
			break
		}
		fmt.Println(string(b))
	}
	var keep []func() int
outer:
	for i := 0; ; {
		i++
		keep = append(keep, func() int { return i })
		switch {
		case i == 2:
			continue
		case i > 3:
			break outer
		}
		fmt.Println(i)
	}
	for _, f := range keep {
		fmt.Print(f(), " ")
	}
	fmt.Println()
	n := 0
	for n = 5; ; {
		if n++; n > 8 {
			break
		}
	}
	fmt.Println(n)
	for s := fmt.Stringer(name("x")); ; { // a comment; with a semicolon
		fmt.Println(s)
		break
	}
	for fmt.Println("once"); ; {
		if n--; n < 7 {
			break
		}
	}
	fmt.Println(first())
	return nil
}
