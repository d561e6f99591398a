package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/wakefs/wakefs/triggers/examples"
	"github.com/wakefs/wakefs/triggers/script"
	"github.com/wakefs/wakefs/triggers/wake"
)

// The tests of docs/FUNCTIONS.md: its scripts compile, its commands print what it says, and its
// lists are complete.
//
// A comment <!-- NAME.go --> before a block of Go names its file; <!-- by hand --> before a block for the
// console leaves that out.

const functionsDoc = "../../docs/FUNCTIONS.md"

// docBlock is a fenced block of a document.
type docBlock struct {
	lang, note, text string
	line             int // of its first line
}

func docBlocks(t *testing.T) (doc string, blocks []docBlock) {
	t.Helper()
	b, err := os.ReadFile(functionsDoc)
	if err != nil {
		t.Fatal(err)
	}
	var open *docBlock
	note := ""
	for i, line := range strings.Split(string(b), "\n") {
		lang, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && open == nil:
			open = &docBlock{lang: lang, note: note, line: i + 2}
		case fence:
			blocks = append(blocks, *open)
			open, note = nil, ""
		case open != nil:
			open.text += line + "\n"
		case strings.HasPrefix(line, "<!-- "):
			note = strings.TrimSuffix(strings.TrimPrefix(line, "<!-- "), " -->")
		case line != "":
			note = ""
		}
	}
	if open != nil || len(blocks) < 10 {
		t.Fatalf("%d blocks, or one that does not end", len(blocks))
	}
	return string(b), blocks
}

// docFiles are the files of Go that the document has, by name.
func docFiles(t *testing.T) map[string]string {
	t.Helper()
	files := make(map[string]string)
	_, blocks := docBlocks(t)
	for _, b := range blocks {
		if b.lang != "go" {
			continue
		}
		if !strings.HasSuffix(b.note, ".go") || files[b.note] != "" {
			t.Fatalf("%s:%d: a block of Go without a name of its own", functionsDoc, b.line)
		}
		files[b.note] = b.text
	}
	return files
}

func TestFunctionsDocScripts(t *testing.T) {
	for file, src := range docFiles(t) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		if _, err := script.Compile(strings.TrimSuffix(file, ".go"), map[string]string{file: src}); err != nil {
			t.Errorf("%v", err)
		}
	}
}

// TestFunctionsDocLists looks for every package, directive, method and example in the document.
func TestFunctionsDocLists(t *testing.T) {
	doc, _ := docBlocks(t)
	has := func(what, name string) {
		t.Helper()
		if !strings.Contains(doc, name) {
			t.Errorf("the %s %s is missing", what, name)
		}
	}
	for _, p := range script.Packages() {
		has("package", "`"+p+"`")
	}
	_, err := script.Parse("x", map[string]string{"x.go": "//wake:none\npackage x\n"})
	_, names, ok := strings.Cut(fmt.Sprint(err), "there are ")
	if !ok {
		t.Fatal(err)
	}
	for _, name := range strings.Fields(strings.ReplaceAll(strings.ReplaceAll(names, ",", " "), " and ", " ")) {
		has("directive", "`//wake:"+name)
	}
	for _, e := range wake.EventTypes() {
		has("event", "`"+string(e)+"`")
	}
	for _, typ := range []reflect.Type{reflect.TypeFor[*wake.Context](), reflect.TypeFor[*wake.File](), reflect.TypeFor[*wake.Writer]()} {
		for i := range typ.NumMethod() {
			if name := typ.Method(i).Name; !strings.Contains(doc, "`"+name+"(") && !strings.Contains(doc, "`"+name+"`") {
				t.Errorf("the method %s of %s is missing", name, typ)
			}
		}
	}
	for _, s := range examples.Library() {
		has("example", "| ["+s.Name+"](../triggers/examples/"+s.Name+"/"+s.Name+".go) | "+s.About+" |")
	}
	b := script.DefaultBudget()
	for key, value := range map[string]string{
		"cpu": fmt.Sprint(b.CPU), "wall": strings.TrimSuffix(fmt.Sprint(b.Wall), "0s"), "memory": fmt.Sprintf("%dMiB", b.Memory>>20), "ops": fmt.Sprint(b.Ops),
	} {
		if !regexp.MustCompile("(?m)^\\| `" + key + "` .* \\| " + value + " \\|$").MatchString(doc) {
			t.Errorf("the default of %s is %s", key, value)
		}
	}
}

// TestFunctionsDocConsole types what the document says into a shell beside a running node, and
// compares what is printed, but for times, sizes and the like.
func TestFunctionsDocConsole(t *testing.T) {
	n := startNode(t)
	for file, src := range docFiles(t) {
		if err := os.WriteFile(filepath.Join(n.dir, file), []byte(src), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	wrapper := fmt.Sprintf("#!/bin/sh\n%s=1 exec '%s' \"$@\"\n", beWakefs, exe)
	if err := os.WriteFile(filepath.Join(bin, "wakefs"), []byte(wrapper), 0o755); err != nil {
		t.Fatal(err)
	}
	shell := func(line string) string {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		cmd := exec.CommandContext(ctx, "sh", "-c", line)
		cmd.Dir = n.dir
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "WAKEFS_DATA="+n.data, "GORACE=exitcode=66")
		out, _ := cmd.CombinedOutput() // the document shows failures too
		return string(out)
	}
	_, blocks := docBlocks(t)
	for _, b := range blocks {
		if b.lang != "console" || b.note == "by hand" {
			continue
		}
		for _, c := range consoleCommands(b) {
			typeIn(t, shell, c)
		}
	}
	n.stop()
}

// consoleCommand is a line that is typed, and what is printed below it.
type consoleCommand struct {
	line   int
	typed  string
	output string
}

func consoleCommands(b docBlock) []consoleCommand {
	var out []consoleCommand
	for i, line := range strings.Split(strings.TrimSuffix(b.text, "\n"), "\n") {
		if typed, ok := strings.CutPrefix(line, "$ "); ok {
			out = append(out, consoleCommand{line: b.line + i, typed: typed})
		} else if len(out) > 0 {
			out[len(out)-1].output += line + "\n"
		}
	}
	return out
}

// looks are commands that change nothing: they are repeated until a function has done its work.
var looks = regexp.MustCompile(`^(cat|ls|wc|wakefs trigger (list|show|logs|dead|history)) ?`)

func typeIn(t *testing.T, shell func(string) string, c consoleCommand) {
	t.Helper()
	want := normal(c.output)
	deadline := time.Now().Add(patience)
	for {
		got := shell(c.typed)
		if normal(got) == want {
			return
		}
		if !looks.MatchString(c.typed) || time.Now().After(deadline) {
			t.Fatalf("%s:%d: $ %s\nprinted\n%s\nwhich is\n%s\nthe document has\n%s", functionsDoc, c.line, c.typed, got, normal(got), want)
		}
		time.Sleep(50 * time.Millisecond) // between two looks
	}
}

// varying is what is another at each run.
var varying = []struct {
	re *regexp.Regexp
	by string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}`), "TIME"},
	{regexp.MustCompile(`\b(now|\d+ \w+ ago)\b`), "AGO"},
	{regexp.MustCompile(`\b\d[\d.]*(ns|µs|ms|s)\b`), "DURATION"},
	{regexp.MustCompile(`\b[\d.]+/s\b`), "RATE"},
	{regexp.MustCompile(`\b[\d.]+ [KM]iB\b`), "MEMORY"},
	{regexp.MustCompile(`\(\d{3,} bytes\)`), "(BYTES)"},
	{regexp.MustCompile(`\b[0-9a-f]{10}\b`), "VERSION"},
	{regexp.MustCompile(`#\d+`), "#N"},
	{regexp.MustCompile(`(?m)[ \t]+`), " "}, // columns are as wide as what is in them
	{regexp.MustCompile(`(?m) $`), ""},
	{regexp.MustCompile(`\n+$`), "\n"},
}

func normal(s string) string {
	for _, v := range varying {
		s = v.re.ReplaceAllString(s, v.by)
	}
	return strings.TrimSpace(s)
}

// TestFunctionsDocGoTest runs the tests that the document has, in a module of their own.
func TestFunctionsDocGoTest(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a module of its own")
	}
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("there is no go command here")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	files := docFiles(t)
	tested := 0
	for file, src := range files {
		name, ok := strings.CutSuffix(file, "_test.go")
		if !ok {
			continue
		}
		tested++
		dir := t.TempDir()
		mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
		if err != nil {
			t.Fatal(err)
		}
		sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
		if err != nil {
			t.Fatal(err)
		}
		own := strings.Replace(string(mod), "module github.com/wakefs/wakefs", "module mine", 1) +
			"\nrequire github.com/wakefs/wakefs v0.0.0\nreplace github.com/wakefs/wakefs => " + root + "\n"
		for name, text := range map[string]string{"go.mod": own, "go.sum": string(sum), name + ".go": files[name+".go"], file: src} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command(goTool, "test", "-mod=mod", ".")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=", "GOPROXY=off", "GOWORK=off", "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", file, err, out)
		}
	}
	if tested == 0 {
		t.Error("there is no test in the document")
	}
}
