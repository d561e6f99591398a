//wake:on arrive /**
package main

import (
	"fmt"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

func sum(label string, xs ...int) string {
	t := 0
	for _, x := range xs {
		t += x
	}
	return fmt.Sprint(label, len(xs), t, xs == nil)
}

func mod(xs ...int) { xs[0] = 100 }

func wrapf(format string, args ...any) string { return fmt.Sprintf("["+format+"]", args...) }

func opts(fs ...func(*strings.Builder)) string {
	var b strings.Builder
	for _, f := range fs {
		f(&b)
	}
	return b.String()
}

func Handle(c *wake.Context, e wake.Event) error {
	fmt.Println(sum("a"), sum("b", 1), sum("c", 1, 2, 3), sum("d", []int{4, 5}...))
	xs := []int{1, 2}
	mod(xs...)
	fmt.Println(xs)
	fmt.Println(wrapf("%d-%s", 1, "x"), wrapf("none"))
	fmt.Println(opts(func(b *strings.Builder) { b.WriteString("x") }, func(b *strings.Builder) { fmt.Fprintf(b, "%d", 5) }))
	args := []any{1, "a", nil}
	fmt.Println(args...)
	fmt.Println(append([]string{"z"}, strings.Split("a,b", ",")...))
	fmt.Println(append([]byte("ab"), "cd"...))
	return nil
}
