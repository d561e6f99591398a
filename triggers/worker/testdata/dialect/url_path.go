//wake:on arrive /**
package main

import (
	"fmt"
	"html"
	"net/url"
	"path"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	u, err := url.Parse("https://h/p?q=1")
	fmt.Println(u.Host, u.Query().Get("q"), err, path.Join("/a", "../b"), path.Ext("x.tar.gz"), html.EscapeString("<a>"))
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
