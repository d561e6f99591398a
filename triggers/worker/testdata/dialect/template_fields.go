//wake:on arrive /**
package main

import (
	"bytes"
	"fmt"
	"text/template"

	"github.com/wakefs/wakefs/triggers/wake"
)

type Item struct {
	Name  string
	Price float64
	Tags  []string
}

type Order struct {
	ID    int
	Items []Item
	Meta  map[string]any
	Next  *Order
}

const page = `order {{.ID}}{{range $i, $it := .Items}}
{{$i}} {{$it.Name | printf "%-6s"}} {{printf "%.2f" .Price}}{{if .Tags}} {{join .Tags ", "}}{{else}} none{{end}}{{end}}
{{with .Meta}}{{.a}} {{index . "b"}}{{end}} {{len .Items}} {{if and .Next (gt .Next.ID 5)}}next {{.Next.ID}}{{end}}
{{define "x"}}<{{.}}>{{end}}{{template "x" .ID}}{{- /* comment */ -}}
`

func Handle(c *wake.Context, e wake.Event) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"join": func(ss []string, sep string) string {
			out := ""
			for i, s := range ss {
				if i > 0 {
					out += sep
				}
				out += s
			}
			return out
		},
	}).Parse(page)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	o := Order{ID: 3, Items: []Item{{"tea", 1.5, []string{"a", "b"}}, {"coffee", 2, nil}}, Meta: map[string]any{"a": 1, "b": []int{1, 2}}, Next: &Order{ID: 7}}
	if err := t.Execute(&b, o); err != nil {
		return err
	}
	fmt.Println(b.String())
	b.Reset()
	if err := t.ExecuteTemplate(&b, "x", "direct"); err != nil {
		return err
	}
	fmt.Println(b.String(), t.Lookup("x") != nil)
	return nil
}
