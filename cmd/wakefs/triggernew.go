package main

import (
	"errors"
	"fmt"
	"go/token"
	iofs "io/fs"
	"os"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wakefs/wakefs/triggers/examples"
	"github.com/wakefs/wakefs/triggers/script"
)

func newTriggerNew() *cobra.Command {
	var like string
	cmd := &cobra.Command{
		Use:   "new NAME [--like SAMPLE]",
		Short: "Write a script to begin with, and its test, into this folder",
		Long: `Write a script to begin with, and its test, into this folder: NAME.go and NAME_test.go.
With --like the script is that of a sample. Neither needs a node.`,
		Example: "  wakefs trigger new invoices --like csv2json\n  wakefs trigger test invoices.go --file orders.csv",
		Args:    args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			name := a[0]
			if !token.IsIdentifier(name) {
				return usagef("%q cannot be a script's name: letters, digits and _, such as resize_photos", name)
			}
			src, err := scaffold(name, like)
			if err != nil {
				return err
			}
			test, err := scaffoldTest(name, src)
			if err != nil {
				return err
			}
			if err := create(name+".go", src); err != nil {
				return err
			}
			if err := create(name+"_test.go", test); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "wrote %s.go and %s_test.go\n\ntry it:      wakefs trigger test %s.go --file SAMPLE\n"+
				"test it:     go mod init %s && go get github.com/wakefs/wakefs && go test\ndeploy it:   cp %s.go MOUNT/triggers/\n", name, name, name, name, name)
			return nil
		},
	}
	cmd.Flags().StringVar(&like, "like", "", "begin with the script of a sample: "+strings.Join(sampleNames(), ", "))
	return cmd
}

func sampleNames() []string {
	var names []string
	for _, s := range examples.Samples() {
		names = append(names, s.Name)
	}
	return names
}

// create writes a file that is not there yet.
func create(name, content string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, iofs.ErrExist) {
		return fmt.Errorf("%s is there already: choose another name, or remove it", name)
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(content)
	return errors.Join(err, f.Close())
}

var packageClause = regexp.MustCompile(`(?m)^package \w+$`)

// scaffold is the script to begin with.
func scaffold(name, like string) (string, error) {
	if like == "" {
		return strings.ReplaceAll(newScript, "NAME", name), nil
	}
	for _, s := range examples.Samples() {
		if s.Name == like {
			return packageClause.ReplaceAllString(string(s.Source), "package "+name), nil
		}
	}
	return "", usagef("--like %s: there is no such sample; there are %s", like, strings.Join(sampleNames(), ", "))
}

// scaffoldTest is a test of a script, as far as one can be written without knowing what it does.
func scaffoldTest(name, src string) (string, error) {
	prog, err := script.Compile(name, map[string]string{name + ".go": src})
	if err != nil {
		return "", err
	}
	file, event, files := placeFor(prog, "sample"), `w.Arrive("FILE")`, `map[string]string{"FILE": "hello\n"}`
	if len(prog.Spec.Rules) == 0 {
		event, files = `wake.Event{Type: wake.Every, Time: waketest.Time}`, "nil"
	} else if typ := prog.Spec.Rules[0].Events[0]; typ != "arrive" {
		event = fmt.Sprintf("w.Event(%q, %q)", typ, "FILE")
	}
	if prog.Spec.Batch > 0 {
		event = "[]wake.Event{" + event + "}"
	}
	text := strings.NewReplacer("HANDLER", prog.Spec.Handler(), "EVENT", event, "FILES", files).Replace(newTest)
	if !strings.Contains(text, "wake.Event") {
		text = strings.Replace(text, "\t\"github.com/wakefs/wakefs/triggers/wake\"\n", "", 1)
	}
	return strings.NewReplacer("FILE", file, "NAME", name).Replace(text), nil
}

const newScript = `// NAME writes the length of each file that arrives in /inbox beside it.
//
//wake:on arrive /inbox/** !/inbox/**/*.length
//wake:budget cpu=2s wall=10s memory=64MiB
package NAME

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

// Handle is called for each file, once it is complete.
func Handle(c *wake.Context, e wake.Event) error {
	data, err := c.ReadFile(e.Path)
	if err != nil {
		return err
	}
	c.Log("got", e.Name)
	return c.WriteFile(e.Path+".length", []byte(fmt.Sprintln(len(data))))
}
`

const newTest = `package NAME

import (
	"testing"

	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

func TestHANDLER(t *testing.T) {
	w := waketest.New(t, FILES)
	if err := HANDLER(w.Context, EVENT); err != nil {
		t.Fatal(err)
	}
	for name, content := range w.Files() {
		t.Logf("%s: %q", name, content) // say here what is to be there
	}
}
`
