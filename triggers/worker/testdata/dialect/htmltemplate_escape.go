//wake:on arrive /**
package main

import (
	"bytes"
	"fmt"
	"html/template"

	"github.com/wakefs/wakefs/triggers/wake"
)

type Link struct {
	Name, URL string
	Raw       template.HTML
}

func Handle(c *wake.Context, e wake.Event) error {
	t, err := template.New("p").Parse(`<a href="{{.URL}}" title='{{.Name}}' onclick="f({{.Name}})">{{.Name}}</a>{{.Raw}}<script>var x = {{.}};</script><p style="width:{{len .Name}}px">` + "\n")
	if err != nil {
		return err
	}
	for _, l := range []Link{{"<b>", "javascript:alert(1)", "<i>"}, {`a "quoted"`, "/x?y=a b&c='", ""}, {"ä", "https://e.org/ü", "&amp;"}} {
		var b bytes.Buffer
		if err := t.Execute(&b, l); err != nil {
			return err
		}
		fmt.Print(b.String())
	}
	_, err = template.New("bad").Parse("<a href={{if .}}\"{{end}}>")
	fmt.Println(err)
	fmt.Println(template.HTMLEscapeString("<&>"))
	return nil
}
