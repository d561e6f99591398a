//wake:on arrive /**
package main

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	t := template.Must(template.New("root").Parse(`{{define "td"}}<td>{{.}}</td>{{end}}<table>{{range .}}<tr>{{range .}}{{template "td" .}}{{end}}</tr>{{end}}</table>`))
	var b strings.Builder
	if err := t.Execute(&b, [][]any{{1, "a&b"}, {true, nil, 2.5}}); err != nil {
		return err
	}
	fmt.Println(b.String())
	b.Reset()
	err := template.Must(template.New("x").Parse("{{.Nope}}")).Execute(&b, struct{ A int }{1})
	fmt.Println(err != nil, b.String())
	return nil
}
