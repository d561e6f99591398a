package worker

import (
	"strings"
	"testing"

	"github.com/wakefs/wakefs/triggers/script"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

// TestSeveralFiles: the files of a function are initialized in the order of their names, each with its own imports, and what
// panics is said to be in the file where it is.
func TestSeveralFiles(t *testing.T) {
	prog, err := script.Compile("sum", map[string]string{
		"a.go": "package main\n\nimport \"fmt\"\n\nvar order = []string{\"a\"}\n\nfunc init() { order = append(order, fmt.Sprint(len(Name))) }\n",
		"sum.go": `//wake:on arrive /in/*
package main

import (
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

func init() { order = append(order, "sum") }

func Handle(c *wake.Context, e wake.Event) error {
	c.Logf("%s %s", strings.Join(order, " "), join("x", "y"))
	var m map[string]int
	return boom(m)
}
`,
		"z.go": "package main; import (\n\tstr \"strings\"\n\t\"fmt\"\n)\n\nfunc init() { order = append(order, \"z\") }\n\n" +
			"const Name = \"name\"\n\nfunc join(s ...string) string { for i := range 2 { s = append(s, fmt.Sprint(i)) }; return str.Join(s, \",\") }\n\n" +
			"func boom(m map[string]int) error {\n\tm[\"a\"] = 1\n\treturn nil\n}\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	pool := NewPool(Options{})
	defer pool.Close()
	out, err := pool.Invoke(t.Context(), prog, dialectEvent, 1, prog.Spec.Budget, waketest.NewHost(nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"a 4 sum z x,y,0,1\n", "z.go:13:", "sum.go:13:"} {
		if out.Result != Panicked || !strings.Contains(out.Output, want) {
			t.Errorf("no %q: %+v", want, out)
		}
	}
}
