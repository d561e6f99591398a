//wake:on arrive /**
package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

func run() {
	re := regexp.MustCompile(`(\w+)@(\w+)`)
	fmt.Println(re.FindStringSubmatch("x me@host y"))
	fmt.Println(re.ReplaceAllStringFunc("a@b c@d", func(s string) string { return strings.ToUpper(s) }))
}

func Handle(c *wake.Context, e wake.Event) error {
	run()
	return nil
}
