//wake:on arrive /**
package main

import (
	"fmt"
	"strings"
	"text/template"

	"github.com/wakefs/wakefs/triggers/wake"
)

type Row struct {
	Day   string
	Bytes int64
	Sub   struct{ N int }
}

func Handle(c *wake.Context, e wake.Event) error {
	base := template.Must(template.New("base").Parse(`{{block "head" .}}default{{end}}: {{range .}}{{.Day}}={{.Bytes}}/{{.Sub.N}};{{else}}nothing{{end}}{{"\n"}}`))
	over := template.Must(template.Must(base.Clone()).Parse(`{{define "head"}}report of {{len .}}{{end}}`))
	rows := []Row{{Day: "mon", Bytes: 10}, {Day: "tue", Bytes: 1 << 40}}
	rows[1].Sub.N = 4
	for _, t := range []*template.Template{base, over} {
		var b strings.Builder
		if err := t.Execute(&b, rows); err != nil {
			return err
		}
		fmt.Print(b.String())
		b.Reset()
		if err := t.Execute(&b, []Row(nil)); err != nil {
			return err
		}
		fmt.Print(b.String())
	}
	for i, text := range []string{"{{range $k, $v := .}}{{$k}}{{$v}} {{end}}", "{{range .}}{{.}}{{if eq . 2}}{{break}}{{end}}{{end}}", "{{slice .x 1}}", "{{not .}} {{or .y 7}}", "{{html \"<\"}}{{print 1 2 \"a\"}}"} {
		t, err := template.New(fmt.Sprint(i)).Parse(text)
		if err != nil {
			return err
		}
		var b strings.Builder
		err = t.Execute(&b, map[string]any{"x": 2, "y": nil})
		fmt.Println(i, b.String(), err)
	}
	return nil
}
