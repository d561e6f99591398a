//wake:on arrive /**
package main

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

type Page struct {
	Title string
	Rows  []map[string]string
	Attrs template.HTMLAttr
	Css   template.CSS
}

func Handle(c *wake.Context, e wake.Event) error {
	t := template.Must(template.New("list").Funcs(template.FuncMap{"up": strings.ToUpper, "safe": func(s string) template.HTML { return template.HTML(s) }}).Parse(
		`<h1 {{.Attrs}}>{{.Title | up}}</h1><ul style="{{.Css}}">{{range .Rows}}<li id="{{.id}}">{{.name}} {{safe .html}}{{end}}</ul>`))
	var b strings.Builder
	err := t.Execute(&b, Page{"a<b", []map[string]string{{"id": "1 2", "name": "<x>", "html": "<b>ok</b>"}}, `class="c"`, "color: red"})
	fmt.Println(b.String(), err)
	return nil
}
