package worker

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/wakefs/wakefs/triggers/script"
	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

var rewriteGolden = flag.Bool("rewrite", false, "compile the programs of testdata/dialect with Go and record what they print")

var panicTrace = regexp.MustCompile(`(?m)^\S+\.go:\d+:\d+: panic: .*\n`)

// dialectEvent wakes every program.
var dialectEvent = wake.Event{Type: wake.Arrive, Path: "/in/file.txt", Name: "file.txt", Size: 5}

// TestDialect runs each program of testdata/dialect in a worker and compares with what compiled Go printed.
// The programs that a script may not be are in script's tests.
func TestDialect(t *testing.T) {
	names, err := filepath.Glob("testdata/dialect/*.go")
	if err != nil || len(names) < 100 {
		t.Fatalf("%d programs: %v", len(names), err)
	}
	if *rewriteGolden {
		rewriteDialect(t, names)
	}
	pool := NewPool(Options{MaxIdle: -1, Blank: 2})
	defer pool.Close()
	for i, file := range names {
		if raceEnabled && i%5 != 0 {
			continue // what an interpreted program prints is not a matter of the race detector, which is slow
		}
		name := strings.TrimSuffix(filepath.Base(file), ".go")
		t.Run(name, func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(strings.TrimSuffix(file, ".go") + ".out")
			if err != nil {
				t.Fatal(err)
			}
			prog, err := script.Compile("test", map[string]string{name + ".go": string(src)})
			if err != nil {
				t.Fatal(err)
			}
			if strings.Count(prog.Source, "\n") < strings.Count(string(src), "\n") {
				t.Error("the rewritten program has lost lines")
			}
			budget := prog.Spec.Budget
			out, err := pool.Invoke(t.Context(), prog, dialectEvent, 1, budget, waketest.NewHost(nil, nil))
			if err != nil {
				t.Fatal(err)
			}
			got := out.Output
			switch out.Result {
			case Failed:
				got += "error: " + out.Reason + "\n"
			case Panicked:
				got = panicTrace.ReplaceAllString(got, "") // only the interpreter has it
				got += "panic: " + out.Reason + "\n"
			case Succeeded:
			default:
				got += out.Result.String() + ": " + out.Reason + "\n"
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s\nrewritten:\n%s", got, want, prog.Source)
			}
		})
	}
}

const dialectMain = `
func main() {
	for _, p := range programs {
		c := wake.NewContext(waketest.NewHost(nil, nil), wake.Invocation{
			Trigger: "test", Attempt: 1, Budget: waketest.Budget, Log: func(s string) { fmt.Println(s) },
		})
		fmt.Printf("\x00%s\x00", p.name)
		func() {
			defer func() {
				if r := recover(); r != nil {
					fmt.Println("panic:", r)
				}
			}()
			err := p.handle(c, wake.Event{Type: wake.Arrive, Path: "/in/file.txt", Name: "file.txt", Size: 5})
			if err == nil {
				err = wake.End(c)
			}
			if err != nil {
				fmt.Println("error:", err)
			}
		}()
	}
}
`

// rewriteDialect compiles all programs into one binary, each as a package of its own, and records their output.
func rewriteDialect(t *testing.T, names []string) {
	dir, err := os.MkdirTemp("testdata", "run")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	var imports, list strings.Builder
	for i, file := range names {
		name := strings.TrimSuffix(filepath.Base(file), ".go")
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		src = bytes.Replace(src, []byte("package main"), fmt.Appendf(nil, "package p%d", i), 1)
		sub := filepath.Join(dir, fmt.Sprint("p", i))
		if err := os.Mkdir(sub, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(sub, name+".go"), src, 0o644); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&imports, "\t\"github.com/wakefs/wakefs/triggers/worker/%s\"\n", filepath.ToSlash(sub))
		fmt.Fprintf(&list, "\t{%q, p%d.Handle},\n", name, i)
	}
	main := "package main\n\nimport (\n\t\"fmt\"\n\t\"github.com/wakefs/wakefs/triggers/wake\"\n" +
		"\t\"github.com/wakefs/wakefs/triggers/wake/waketest\"\n" + imports.String() + ")\n\n" +
		"var programs = []struct {\n\tname string\n\thandle func(*wake.Context, wake.Event) error\n}{\n" + list.String() + "}\n" + dialectMain
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(main), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", "run", "./"+filepath.ToSlash(dir))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go run: %v\n%s", err, out)
	}
	parts := strings.Split(string(out), "\x00")
	for i := 1; i+1 < len(parts); i += 2 {
		if err := os.WriteFile(filepath.Join("testdata/dialect", parts[i]+".out"), []byte(parts[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
