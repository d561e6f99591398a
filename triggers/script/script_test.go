package script

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

const body = `
package main

import "github.com/wakefs/wakefs/triggers/wake"

func Handle(c *wake.Context, e wake.Event) error { return nil }
`

func one(src string) map[string]string { return map[string]string{"s.go": src} }

func TestParse(t *testing.T) {
	spec, err := Parse("s", one(`//wake:on arrive,close /in/**/*.{csv,tsv} !/in/tmp/**
//wake:on rename /x
//wake:budget cpu=2s wall=1m30s memory=64MiB
//wake:budget read=1GiB write=10MB ops=17
//wake:concurrency 3
//wake:retry 9`+body))
	if err != nil {
		t.Fatal(err)
	}
	if want := (wake.Budget{CPU: 2 * time.Second, Wall: 90 * time.Second, Memory: 64 << 20, Read: 1 << 30, Write: 10e6, Ops: 17}); spec.Budget != want {
		t.Errorf("budget %+v", spec.Budget)
	}
	if spec.Name != "s" || spec.Concurrency != 3 || spec.Attempts != 9 || len(spec.Rules) != 2 || len(spec.Version) != 64 {
		t.Errorf("%+v", spec)
	}
	for _, tt := range []struct {
		typ       wake.EventType
		path, old string
		want      bool
	}{
		{wake.Arrive, "/in/a.csv", "", true},
		{wake.Close, "/in/a/b/c.tsv", "", true},
		{wake.Arrive, "/in/a.txt", "", false},
		{wake.Arrive, "/in/tmp/a.csv", "", false},
		{wake.Create, "/in/a.csv", "", false},
		{wake.Rename, "/y", "/x", true},
		{wake.Rename, "/x", "/y", true},
		{wake.Rename, "/y", "/z", false},
		{wake.Arrive, "/in/a.txt", "/in/a.csv", false},
	} {
		if got := spec.Wakes(tt.typ, tt.path, tt.old); got != tt.want {
			t.Errorf("Wakes(%s, %s, %s) = %v", tt.typ, tt.path, tt.old, got)
		}
	}
}

// TestParseWhen is about the directives that say when and in what order.
func TestParseWhen(t *testing.T) {
	spec, err := Parse("s", one(`//wake:every "*/5 2 * * *"
//wake:on arrive /**
//wake:settle 2s
//wake:batch 100 5s
//wake:idle
//wake:limit calls=100/1m cpu=30s/1h
//wake:order trigger
//wake:concurrency 1`+body))
	if err != nil {
		t.Fatal(err)
	}
	if spec.Every != "*/5 2 * * *" || spec.Settle != 2*time.Second || spec.Batch != 100 || spec.BatchWait != 5*time.Second || !spec.Idle || spec.Order != "trigger" {
		t.Errorf("%+v", spec)
	}
	if l := spec.Limits; len(l) != 2 || l[0] != (Limit{Calls: 100, Per: time.Minute}) || l[1] != (Limit{CPU: 30 * time.Second, Per: time.Hour}) {
		t.Errorf("%+v", l)
	}
	for args, want := range map[string]string{
		"":                       "2:1: usage: //wake:limit calls=100/1m cpu=30s/1h",
		" calls=100":             "2:14: \"calls=100\" is not of the form calls=100/1m or cpu=30s/1h",
		" calls=0/1m":            "2:14: \"0\" is not a number of calls",
		" calls=3/1ms":           "2:14: \"1ms\" is not a duration between 1s and 744h",
		" cpu=3/1m":              "2:14: \"3\" is not a duration such as 500ms or 2s",
		" reads=3/1m":            "2:14: unknown limit \"reads\"; there are calls and cpu",
		" calls=3/1m calls=4/1m": "2:25: limit calls was already given at s.go:2:14",
	} {
		refused(t, "//wake:on arrive /**\n//wake:limit"+args+body, "s.go:"+want)
	}
	for _, line := range []string{"//wake:every @every 30s", "//wake:every   \"@every 30s\"  "} {
		if spec, err = Parse("s", one(line+body)); err != nil || spec.Every != "@every 30s" || len(spec.Rules) != 0 || spec.Order != "file" {
			t.Errorf("%s: %+v, %v", line, spec, err)
		}
	}
	batch := strings.Replace(body, "Handle(c *wake.Context, e wake.Event)", "HandleBatch(c *wake.Context, events []wake.Event)", 1)
	if prog, err := Compile("s", one("//wake:on arrive /**\n//wake:batch 100 5s"+batch)); err != nil || prog.Spec.Handler() != "HandleBatch" {
		t.Error(err)
	}
	refused(t, "//wake:on arrive /**"+batch, "s.go:2:1: the script needs a func Handle(c *wake.Context, e wake.Event) error; HandleBatch is for scripts with //wake:batch")
	wrong := strings.Replace(batch, "[]wake.Event", "wake.Event", 1)
	refused(t, "//wake:on arrive /**\n//wake:batch 100 5s"+wrong, "s.go:7:6: HandleBatch must be a func HandleBatch(c *wake.Context, events []wake.Event) error")
}

func TestDefaultsAndVersion(t *testing.T) {
	a, err := Parse("s", one("//wake:on arrive /**"+body))
	if err != nil {
		t.Fatal(err)
	}
	if a.Budget != DefaultBudget() || a.Concurrency != DefaultConcurrency || a.Attempts != DefaultAttempts {
		t.Errorf("%+v", a)
	}
	b, err := Parse("other", one("//wake:on arrive /**"+body))
	if err != nil || a.Version != b.Version {
		t.Errorf("the version is not of the content: %v", err)
	}
	c, err := Parse("s", one("//wake:on arrive /**"+body+"\n"))
	if err != nil || a.Version == c.Version {
		t.Errorf("another content has the same version: %v", err)
	}
	withTest := one("//wake:on arrive /**" + body)
	withTest["s_test.go"] = "package main // not Go at all {"
	if d, err := Parse("s", withTest); err != nil || d.Version != a.Version {
		t.Errorf("a test changes the script: %v", err)
	}
}

// refused checks that Compile returns an error that starts with want, or for Parse alone.
func refused(t *testing.T, src, want string) {
	t.Helper()
	_, err := Compile("s", one(src))
	var errs Errors
	if !errors.As(err, &errs) || len(errs) == 0 {
		t.Fatalf("not refused: %v", err)
	}
	if !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestDirectiveErrors(t *testing.T) {
	for _, tt := range []struct{ directives, want string }{
		{"", "s.go:2:1: no event wakes this script"},
		{"//wake:on", "s.go:1:1: usage: //wake:on"},
		{"//wake:on arrive", "s.go:1:1: usage: //wake:on"},
		{"//wake:on arive /x", `s.go:1:11: unknown event "arive"`},
		{"//wake:on arrive,arrive /x", `s.go:1:11: event "arrive" is named twice`},
		{"//wake:on arrive x", `s.go:1:18: glob "x" does not start with /`},
		{"//wake:on arrive /x/", `s.go:1:18: no path is like "/x/"; did you mean "/x"?`},
		{"//wake:on arrive /[a", `s.go:1:18: malformed glob "/[a"`},
		{"//wake:on arrive !/x", "s.go:1:1: only exclusions"},
		{"//wake:on arrive /x !/x", `s.go:1:1: "/x" is both included and excluded`},
		{"//wake:one arrive /x", "s.go:1:1: unknown directive //wake:one"},
		{"// wake:on arrive /x", "s.go:1:1: a directive starts with"},
		{"//wake:on arrive /x\n//wake:budget", "s.go:2:1: usage: //wake:budget"},
		{"//wake:on arrive /x\n//wake:budget cpu", `s.go:2:15: "cpu" is not of the form key=value`},
		{"//wake:on arrive /x\n//wake:budget cpu=2", `s.go:2:15: cpu: "2" is not a duration`},
		{"//wake:on arrive /x\n//wake:budget wall=-2s", `s.go:2:15: wall: "-2s" is not between`},
		{"//wake:on arrive /x\n//wake:budget disk=2", `s.go:2:15: unknown budget "disk"`},
		{"//wake:on arrive /x\n//wake:budget memory=1KiB", `s.go:2:15: memory: "1KiB" is not between`},
		{"//wake:on arrive /x\n//wake:budget memory=9999999999GiB", `s.go:2:15: memory: "9999999999GiB" is not a size`},
		{"//wake:on arrive /x\n//wake:budget ops=many", `s.go:2:15: ops: "many" is not a number`},
		{"//wake:on arrive /x\n//wake:budget cpu=1s cpu=2s", "s.go:2:22: budget cpu was already given at s.go:2:15"},
		{"//wake:on arrive /x\n//wake:retry 0", `s.go:2:14: "0" is not a number from 1 to 100`},
		{"//wake:on arrive /x\n//wake:retry 1\n//wake:retry 2", "s.go:3:1: retry was already given at s.go:2:1"},
		{"//wake:on arrive /x\n//wake:concurrency", "s.go:2:1: usage: //wake:concurrency NUMBER"},
		{"//wake:on every /x", `s.go:1:11: a schedule has a directive of its own`},
		{"//wake:every", "s.go:1:1: usage: //wake:every"},
		{"//wake:every \"* * *\"", `s.go:1:14: "* * *" is no schedule: `},
		{"//wake:every @every 5ms", `s.go:1:14: "@every 5ms" is no schedule: @every takes`},
		{"//wake:every @hourly\n//wake:every @daily", "s.go:2:1: every was already given at s.go:1:1"},
		{"//wake:every @hourly\n//wake:settle 2s", "s.go:2:1: //wake:settle is about events of files, and there is no //wake:on"},
		{"//wake:every @hourly\n//wake:batch 2 2s", "s.go:2:1: //wake:batch is about events of files"},
		{"//wake:on arrive /x\n//wake:settle", "s.go:2:1: usage: //wake:settle"},
		{"//wake:on arrive /x\n//wake:settle 2", `s.go:2:15: "2" is not a duration`},
		{"//wake:on arrive /x\n//wake:settle 2s\n//wake:settle 2s", "s.go:3:1: settle was already given"},
		{"//wake:on arrive /x\n//wake:batch 100", "s.go:2:1: usage: //wake:batch"},
		{"//wake:on arrive /x\n//wake:batch 1001 5s", `s.go:2:14: "1001" is not a number from 1 to 1000`},
		{"//wake:on arrive /x\n//wake:batch 100 never", `s.go:2:18: "never" is not a duration`},
		{"//wake:on arrive /x\n//wake:batch 100 5s", "s.go:3:1: the script needs a func HandleBatch"},
		{"//wake:on arrive /x\n//wake:idle often", "s.go:2:13: usage: //wake:idle"},
		{"//wake:on arrive /x\n//wake:idle\n//wake:idle", "s.go:3:1: idle was already given"},
		{"//wake:on arrive /x\n//wake:order", "s.go:2:1: usage: //wake:order file|none|directory|trigger"},
		{"//wake:on arrive /x\n//wake:order random", "s.go:2:1: usage: //wake:order"},
		{"//wake:on arrive /x\n//wake:order trigger\n//wake:concurrency 2", "s.go:3:1: concurrency 2 contradicts //wake:order trigger"},
	} {
		t.Run(tt.directives, func(t *testing.T) { refused(t, tt.directives+body, tt.want) })
	}
}

func TestRefused(t *testing.T) {
	const head = "//wake:on arrive /**\npackage main\nimport \"github.com/wakefs/wakefs/triggers/wake\"\n"
	const handle = "func Handle(c *wake.Context, e wake.Event) error { "
	for _, tt := range []struct{ name, src, want string }{
		{"syntax", head + "func Handle(", "s.go:4:13: "},
		{"type", head + handle + `return "x" }`, `s.go:4:59: cannot use "x"`},
		{"unused variable", head + handle + "x := 1; return nil }", "s.go:4:52: declared and not used: x"},
		{"unused import", head + "import \"fmt\"\n" + handle + "return nil }", `s.go:4:8: "fmt" imported and not used`},
		{"missing return", head + handle + "}", "s.go:4:52: missing return"},
		{"no handler", head + "var _ *wake.Context", "s.go:2:1: the script needs a func Handle"},
		{"wrong handler", head + "func Handle(c *wake.Context) error { return nil }", "s.go:4:6: Handle must be a func Handle"},
		{"value context", head + "func Handle(c wake.Context, e wake.Event) error { return nil }", "s.go:4:6: Handle must be"},
		{"no error", head + "func Handle(c *wake.Context, e wake.Event) { }", "s.go:4:6: Handle must be"},
		{"os", head + "import \"os\"\n" + handle + "os.Exit(1); return nil }", `s.go:4:8: package "os" is not available to scripts: use the methods of wake.Context`},
		{"net", head + "import \"net/http\"\n" + handle + "http.Get(``); return nil }", `s.go:4:8: package "net/http" is not available to scripts: use HTTP of wake.Context, with a directive //wake:allow http URLPREFIX`},
		{"unsafe", head + "import \"unsafe\"\n" + handle + "_ = unsafe.Sizeof(1); return nil }", `s.go:4:8: package "unsafe"`},
		{"syscall", head + "import \"syscall\"\n" + handle + "syscall.Exit(1); return nil }", `s.go:4:8: package "syscall"`},
		{"reflect", head + "import \"reflect\"\n" + handle + "_ = reflect.ValueOf(1); return nil }", `s.go:4:8: package "reflect"`},
		{"runtime", head + "import \"runtime\"\n" + handle + "runtime.GC(); return nil }", `s.go:4:8: package "runtime"`},
		{"cgo", head + "import \"C\"\n" + handle + "return nil }", `s.go:4:8: package "C"`},
		{"embed", head + "import _ \"embed\"\n" + handle + "return nil }", `s.go:4:10: package "embed"`},
		{"blank os", head + "import _ \"os\"\n" + handle + "return nil }", `s.go:4:10: package "os"`},
		{"third party", head + "import \"example.org/x\"\n" + handle + "return nil }", `s.go:4:8: package "example.org/x"`},
		{"interpreter", head + "import \"github.com/traefik/yaegi/interp\"\n" + handle + "return nil }", `s.go:4:8: package "github.com/traefik/yaegi/interp"`},
		{"runtime of scripts", head + "import \"wakefs/rt\"\n" + handle + "return nil }", `s.go:4:8: package "wakefs/rt"`},
		{"dot import", head + "import . \"fmt\"\n" + handle + "Println(); return nil }", `s.go:4:8: import "fmt" by name`},
		{"linkname", head + handle + "return nil }\n//go:linkname f runtime.f\nfunc f()", "s.go:5:1: compiler directives have no meaning"},
		{"no body", head + handle + "return nil }\nfunc f()", "s.go:5:1: func f has no body"},
		{"host", head + handle + "wake.NewContext(nil, wake.Invocation{}); return nil }", "s.go:4:57: wake.NewContext is not available"},
		{"timer", head + "import \"time\"\n" + handle + "time.AfterFunc(0, nil); return nil }", "s.go:5:57: time.AfterFunc is not available"},
		{"errors.As", head + "import \"errors\"\n" + handle + "var t interface{ Timeout() bool }; errors.As(nil, &t); return nil }", "s.go:5:94: errors.As is not available to scripts: use a type assertion"},
		{"slices", head + "import \"slices\"\n" + handle + "slices.Sort([]int{}); return nil }", `s.go:4:8: package "slices" is not available to scripts: use package sort`},
		{"maps", head + "import \"maps\"\n" + handle + "maps.Clone(map[int]int{}); return nil }", `s.go:4:8: package "maps"`},
		{"generic func", head + handle + "return nil }\nfunc f[T any](x T) T { return x }", "s.go:5:1: func f has type parameters"},
		{"generic type", head + handle + "return nil }\ntype S[T any] []T", "s.go:5:6: type S has type parameters"},
		{"generic use", head + "import \"sync\"\n" + handle + "_ = sync.OnceValue(func() int { return 1 }); return nil }", "s.go:5:61: sync.OnceValue is generic"},
		{"range over func", head + handle + "for i := range func(func(int) bool) {} { _ = i }; return nil }", "s.go:4:67: cannot range over "},
		{"goto", head + handle + "goto end; end: return nil }", "s.go:4:52: goto is not available"},
		{"select", head + handle + "go func() { select {} }(); return nil }", "s.go:4:64: select is available only directly in Handle"},
		{"println", head + handle + "println(1); return nil }", "s.go:4:52: println is not available"},
		{"method expression", head + "type T int\nfunc (T) M() {}\n" + handle + "_ = T.M; return nil }", "s.go:6:56: method expressions"},
		{"value error", head + "type V struct{ x int }\nfunc (V) Error() string { return `` }\n" + handle + "var err error; _, ok := err.(V); c.Log(ok); return nil }", "s.go:6:81: the value V cannot be told in a error: use the pointer *V"},
		{"basic type in interface", head + "type V int\n" + handle + "switch any(1).(type) { case V: }; return nil }", "s.go:5:80: V cannot be told from int in an interface"},
		{"recover elsewhere", head + "func f() { recover() }\n" + handle + "defer f(); return nil }", "s.go:4:12: call recover directly in a deferred function literal"},
		{"default case", head + handle + "switch { case e.Size == 1: default: case e.Size < 3: case e.Size < 5: }; return nil }", "s.go:4:79: put the default case last"},
		{"default and fallthrough", head + handle + "switch e.Size { case 1: fallthrough; default: case 2: }; return nil }", "s.go:4:89: put the default case last"},
		{"comma-ok before a loop", head + handle + "m := map[int]int{}; for v, ok := m[1]; ok; { c.Log(v) }; return nil }", "s.go:4:76: put this statement before the loop"},
		{"recursive type", head + "type F func() F\n" + handle + "return nil }", "s.go:4:6: type F mentions itself: make it a struct"},
		{"recursive map", head + "type A struct{ t T }\ntype T map[string][]T\n" + handle + "return nil }", "s.go:5:6: type T mentions itself"},
		{"embedded interface", head + "type I interface{ M() }\ntype T struct { I; n int }\n" + handle + "return nil }", "s.go:5:17: an interface embedded in a struct: give the field a name"},
		{"embedded package interface", head + "import \"io\"\ntype T struct { io.Reader }\n" + handle + "return nil }", "s.go:5:17: an interface embedded in a struct"},
		{"constant list", head + "const (\na, b = iota, 1\nc, d\n)\n" + handle + "return nil }", "s.go:6:1: several constants that repeat the line before"},
		{"function as interface", head + "import \"io\"\ntype F func([]byte) (int, error)\nfunc (f F) Write(p []byte) (int, error) { return f(p) }\n" + handle + "var w io.Writer = F(nil); _ = w; return nil }", "s.go:7:70: a function as Writer: make F a struct"},
		{"interface of the script", head + handle + "var err error; _, ok := err.(interface{ Timeout() bool }); _ = ok; return nil }", "s.go:4:81: values of packages cannot be asked"},
		{"String inside", head + "import \"fmt\"\ntype L int\nfunc (L) String() string { return `` }\n" + handle + "fmt.Printf(`%d`, []L{}); fmt.Println([]L{}); return nil }", "s.go:7:89: packages do not see the methods of L inside of another value: format each L yourself"},
		{"embedded in JSON", head + "import \"encoding/json\"\ntype B struct { N int }\ntype T struct { B }\n" + handle + "json.Marshal([]*T{}); return nil }", "s.go:7:65: T embeds a struct, whose fields encoders do not see"},
		{"embedded in any in JSON", head + "import \"encoding/json\"\ntype B struct { N int }\ntype T struct { B }\n" + handle + "json.Marshal(map[string]any{`a`: T{}}); return nil }", "s.go:7:85: T embeds a struct"},
		{"embedded in template", head + "import (`io`; `text/template`)\ntype B struct { N int }\ntype T struct { B }\n" + handle + "return template.New(``).Execute(io.Discard, T{}) }", "s.go:7:96: T embeds a struct, whose fields templates do not see"},
		{"String in template", head + "import (`io`; `html/template`)\ntype L int\nfunc (L) String() string { return `` }\n" + handle + "return template.New(``).Execute(io.Discard, map[string]L{}) }", "s.go:7:96: templates do not see the methods of L: give them the text"},
		{"files in template", head + "import `text/template`\n" + handle + "_, err := template.New(``).ParseFiles(`a`); return err }", "s.go:5:79: template.Template.ParseFiles is not available"},
		{"MarshalJSON inside", head + "import \"encoding/json\"\ntype D struct{ n int }\nfunc (D) MarshalJSON() ([]byte, error) { return nil, nil }\n" + handle + "json.Marshal([]D{}); return nil }", "s.go:7:65: encoders do not see the methods of D inside of another value"},
		{"interface key", head + "type I interface{ M() }\n" + handle + "_ = map[I]int{}; return nil }", "s.go:5:60: the interface I as the key of a map"},
		{"variables of a later function", head + handle + "return nil }\nvar a, b = f()\nfunc f() (int, int) { return 1, 2 }", "s.go:5:5: variables of the package that are results of f"},
		{"initialization order", head + handle + "return nil }\nvar a = f()\nvar b = 1\nfunc f() int { return g() }\nfunc g() int { return b }", "s.go:5:5: a is initialized before b, which it needs through a function: declare b first"},
		{"initialization put off", head + handle + "return nil }\nvar a = b\nvar b = 1\nvar x = f()\nfunc f() int { return a }", "s.go:7:5: x is initialized before a, which it needs through a function: declare a first"},
		{"comma-ok with var", head + handle + "var v, ok = map[int]int{}[1]; c.Log(v, ok); return nil }", "s.go:4:56: use := instead of var here"},
		{"type that hides another", head + "type T int\n" + handle + "type T struct{ n int }; c.Log(T{1}.n); return nil }", "s.go:5:57: type T hides one of the same name"},
		{"var with a literal", head + handle + "return nil }\nvar a, b = 1, []int{1}", "s.go:5:5: several variables beside a literal: declare each"},
		{"range into an element", head + handle + "var xs [1]int; for xs[0] = range []int{1} { }; return nil }", "s.go:4:71: declare a variable for the range with :="},
		{"break of select", head + handle + "select { case <-make(chan int): if e.Size > 1 { break } }; return nil }", "s.go:4:100: break of a select is not available"},
		{"deferred results", head + "func f() (int, int) { return 1, 2 }\nfunc g(a, b int) {}\n" + handle + "defer g(f()); return nil }", "s.go:6:60: the results of a call as arguments"},
	} {
		t.Run(tt.name, func(t *testing.T) { refused(t, tt.src, tt.want) })
	}
}

func TestSeveralFiles(t *testing.T) {
	main := "//wake:on arrive /**" + body
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  string // "" if they are accepted
	}{
		{"", map[string]string{"s.go": main, "b.go": "package b"}, "s.go:2:1: package main; expected package b"},
		{"helper", map[string]string{"s.go": main, "b.go": "package main\n\nimport \"strings\"\n\nfunc Up(s string) string { return strings.ToUpper(s) }"}, ""},
		{"imports grouped", map[string]string{"s.go": main, "b.go": "/* one */ package main; import (\n\"strings\"; \"fmt\"\n)\nvar _ = fmt.Sprint(strings.ToUpper(``))"}, ""},
		{"same import", map[string]string{"s.go": main, "b.go": "package main\nimport \"fmt\"\nvar _ = fmt.Sprint()", "c.go": "package main\nimport \"fmt\"\nvar _ = fmt.Sprint()"}, ""},
		{"blank imports", map[string]string{"s.go": main, "b.go": "package main\nimport _ \"image/png\"", "c.go": "package main\nimport _ \"image/jpeg\""}, ""},
		{"only imports", map[string]string{"s.go": main, "b.go": "package main"}, ""},
		{"tests are left out", map[string]string{"s.go": main, "b_test.go": "package other"}, ""},
		{"one name, two packages", map[string]string{"s.go": main, "b.go": "package main\nimport \"text/tabwriter\"\nvar _ tabwriter.Writer", "c.go": "package main\nimport tabwriter \"fmt\"\nvar _ = tabwriter.Sprint()"}, "c.go:2:8: tabwriter is \"fmt\" here and \"text/tabwriter\" in another file"},
		{"unused import", map[string]string{"s.go": main, "b.go": "package main\nimport \"fmt\"", "c.go": "package main\nimport \"fmt\"\nvar _ = fmt.Sprint()"}, "b.go:2:8: \"fmt\" imported and not used"},
		{"import of another file", map[string]string{"s.go": main, "b.go": "package main\nvar _ = fmt.Sprint()", "c.go": "package main\nimport \"fmt\"\nvar _ = fmt.Sprint()"}, "b.go:2:9: undefined: fmt"},
		{"import hides a name of another file", map[string]string{"s.go": main, "b.go": "package main\nfunc f(fmt int) int { return fmt }", "c.go": "package main\nimport \"fmt\"\nvar _ = fmt.Sprint()"}, ""},
		{"type error", map[string]string{"s.go": main, "b.go": "package main\n\nvar x int =\n\t``"}, "b.go:4:2: cannot use ``"},
		{"declared twice", map[string]string{"s.go": main, "b.go": "package main\nfunc Handle() {}"}, "Handle redeclared"},
		{"dialect", map[string]string{"s.go": main, "b.go": "package main\n\nfunc f() {\n\tgoto x\nx:\n}"}, "b.go:4:2: goto"},
		{"directive", map[string]string{"s.go": main, "b.go": "//wake:idle\npackage main"}, "b.go:1:1: directives are in s.go"},
		{"no main", map[string]string{"a.go": main, "b.go": "package main"}, "of its files none is s.go"},
		{"no file", map[string]string{}, "there is no Go file"},
		{"no Go file", map[string]string{"x.txt": ""}, "not the name of a Go file"},
		{"path", map[string]string{"../x.go": "package x"}, "not the name of a Go file"},
		{"not text", map[string]string{"s.go": main, "b.go": "package main\n\nconst b = `\xff`"}, "b.go:3:12: illegal UTF-8"},
		{"not text in a comment", map[string]string{"s.go": main, "b.go": "package main // \xff"}, "b.go:1:17: illegal UTF-8"},
		{"too large", map[string]string{"x.go": strings.Repeat("/", MaxSource+1)}, "larger than"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Compile("s", tt.files)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("%v; want %q", err, tt.want)
			}
		})
	}
}

func TestPack(t *testing.T) {
	for _, files := range []map[string]string{
		{"s.go": "package s"}, {"s.go": ""}, {"s.go": "package s", "a.go": "// <&> \x00"}, {"a.go": "package a"},
	} {
		got, err := Unpack("s", Pack("s", files))
		if err != nil || !maps.Equal(got, files) {
			t.Errorf("%v: %v, %v", files, got, err)
		}
	}
	if _, err := Unpack("s", []byte("{")); err == nil {
		t.Error("damage was not seen")
	}
}

// TestPackagesDocumented: docs/FUNCTIONS.md lists the packages that scripts may import, and no other.
func TestPackagesDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/FUNCTIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(doc), "These packages may be imported:")
	list, _, _ = strings.Cut(list, ".\n")
	got := strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune("`,\n ", r) })
	want := slices.DeleteFunc(Packages(), func(p string) bool { return p == WakePath })
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// TestRewriteKeepsLines checks that what follows rewritten constructs stays where it was.
func TestRewriteKeepsLines(t *testing.T) {
	src := `//wake:on arrive /**
package anything

import (
	"fmt"

	"github.com/wakefs/wakefs/triggers/wake"
)

func main() {}

func Handle(c *wake.Context, e wake.Event) (err error) {
	defer func() {
		recover()
	}()
	for i := range 3 {
		switch x := any(
			i,
		).(type) {
		case int,
			string:
			fmt.Println(
				max(x.(int),
					2),
			)
		}
	}
	return nil // the mark
}
`
	prog, err := Compile("s", one(src))
	if err != nil {
		t.Fatal(err)
	}
	line := func(text string) int { return strings.Count(text[:strings.Index(text, "// the mark")], "\n") }
	if got, want := line(prog.Source), line(src); got != want {
		t.Errorf("line %d became %d:\n%s", want, got, prog.Source)
	}
	if !strings.Contains(prog.Source, "package main;") {
		t.Errorf("not package main:\n%s", prog.Source)
	}
}

func FuzzCompile(f *testing.F) {
	f.Add("//wake:on arrive /**" + body)
	f.Fuzz(func(t *testing.T, src string) {
		prog, err := Compile("s", one(src))
		if err != nil && strings.Contains(err.Error(), "defect of wakefs") {
			t.Fatalf("%v\n%s", err, src)
		}
		if err == nil && strings.Count(prog.Source, "\n") < strings.Count(src, "\n") {
			t.Fatal("lines were lost")
		}
	})
}

func BenchmarkCompile(b *testing.B) {
	src := one("//wake:on arrive /**" + body)
	for b.Loop() {
		if _, err := Compile("s", src); err != nil {
			b.Fatal(err)
		}
	}
}
