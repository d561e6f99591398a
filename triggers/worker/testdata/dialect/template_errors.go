//wake:on arrive /**
package main

import (
	"fmt"
	"io"
	"strings"
	"text/template"

	"github.com/wakefs/wakefs/triggers/wake"
)

type T struct{ A, B int }

func Handle(c *wake.Context, e wake.Event) error {
	_, err := template.New("bad").Parse("{{.A")
	fmt.Println(err)
	_, err = template.New("bad").Parse("{{nofunc .A}}")
	fmt.Println(err)
	t := template.Must(template.New("m").Option("missingkey=error").Parse("{{.k}}"))
	fmt.Println(t.Execute(io.Discard, map[string]int{"a": 1}))
	t = template.Must(template.New("f").Funcs(template.FuncMap{"fail": func(n int) (string, error) {
		if n > 1 {
			return "", fmt.Errorf("n is %d", n)
		}
		return strings.Repeat("x", n), nil
	}}).Parse("{{fail .A}}{{fail .B}}"))
	var sb strings.Builder
	fmt.Println(t.Execute(&sb, T{1, 2}))
	fmt.Println(sb.String())
	fmt.Println(t.Execute(&sb, &T{0, 1}))
	fmt.Println(sb.String())
	fmt.Println(template.HTMLEscapeString("<a & b>"), template.JSEscapeString(`'x'`), template.URLQueryEscaper("a b&c"))
	return nil
}
