package worker

import (
	"strings"
	"testing"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

// tight is a budget in which nothing honest fails and nothing hostile takes long.
var tight = wake.Budget{
	CPU: 500 * time.Millisecond, Wall: 20 * time.Second, Memory: 64 << 20, Read: 1 << 20, Write: 1 << 20, Ops: 1000,
}

// TestHostile runs scripts that try to harm. Each must end as said, and the pool must go on working.
func TestHostile(t *testing.T) {
	const imports = `//wake:on arrive /**
package main

import "github.com/wakefs/wakefs/triggers/wake"

`
	const handle = "func Handle(c *wake.Context, e wake.Event) error {\n"
	plenty := func(b *wake.Budget) { b.CPU = time.Minute }
	tests := []struct {
		name, body string
		change     func(b *wake.Budget)
		result     Result
		reason     []string // one of them
	}{
		{"loop", handle + "for {}\n}", nil, Exceeded, []string{"cpu budget of 500ms exceeded"}},
		{"loop in init", "func init() { for {} }\n" + handle + "return nil }", nil, Exceeded, []string{"cpu budget of 500ms exceeded"}},
		{"loop in goroutine", handle + "go func() { for {} }()\nselect {}\n}", nil, Exceeded, []string{"cpu budget of 500ms exceeded"}},
		{"sleep", handle + "ch := make(chan int)\ngo func() { for { c.Stat(\"/\") } }()\n<-ch\nreturn nil }",
			func(b *wake.Budget) { b.Wall, b.CPU, b.Ops = 300*time.Millisecond, time.Minute, 1<<40 }, Exceeded, []string{"wall budget of 300ms exceeded"}},
		// With cgo the runtime does not notice that nothing can happen any more.
		{"deadlock", handle + "ch := make(chan int)\n<-ch\nreturn nil }", func(b *wake.Budget) { b.Wall = 300 * time.Millisecond },
			0, []string{"all goroutines are asleep", "wall budget of 300ms exceeded"}},
		{"heap", handle + "var all [][]byte\nfor { all = append(all, make([]byte, 1<<20)); all[len(all)-1][5] = 1; for i := 0; i < 1<<20; i += 4096 { all[len(all)-1][i] = 1 } }\n}",
			func(b *wake.Budget) { b.CPU = time.Minute }, Exceeded, []string{"memory budget of 64MiB exceeded"}},
		{"one huge allocation", handle + "b := make([]byte, 1<<36)\nc.Log(len(b))\nreturn nil }", nil, Exceeded, []string{"memory budget of 64MiB exceeded"}},
		{"map", handle + "m := map[int]string{}\nfor i := 0; ; i++ { m[i] = \"some text to keep\" }\n}",
			func(b *wake.Budget) { b.CPU = time.Minute }, Exceeded, []string{"memory budget of 64MiB exceeded"}},
		{"recursion", "func f(n int) int { return f(n+1) + 1 }\n" + handle + "c.Log(f(0))\nreturn nil }",
			func(b *wake.Budget) { b.CPU = time.Minute }, Exceeded, []string{"memory budget of 64MiB exceeded"}},
		{"goroutines", handle + "block := make(chan int)\nfor { go func() { <-block }() }\n}",
			func(b *wake.Budget) { b.CPU = time.Minute }, Exceeded, []string{"memory budget of 64MiB exceeded"}},
		{"panic", handle + "var m map[string]int\nm[\"a\"] = 1\nreturn nil }", nil, Panicked, []string{"assignment to entry in nil map"}},
		{"panic in goroutine", handle + "go func() { panic(\"from below\") }()\nselect {}\n}", nil, Crashed, []string{"panic: "}},
		{"concurrent map writes", handle + "m := map[int]int{}\nfor g := 0; g < 8; g++ { go func() { for i := 0; ; i++ { m[i%10] = i } }() }\nfor i := 0; ; i++ { m[i%10] = i }\n}",
			// With one processor the runtime may not notice before the budget ends.
			nil, 0, []string{"fatal error: concurrent map", "cpu budget of 500ms exceeded"}},
		{"read", handle + "for { if _, err := c.ReadFile(\"/big\"); err != nil { return err } }\n}", nil, Exceeded, []string{"read budget of 1MiB exceeded"}},
		{"read stream", handle + "b := make([]byte, 1000)\nfor { f, err := c.Open(\"/big\")\nif err != nil { return err }\nfor { if _, err := f.Read(b); err != nil { break } }\nf.Close() }\n}",
			nil, Exceeded, []string{"read budget of 1MiB exceeded"}},
		{"write", handle + "b := make([]byte, 100000)\nfor { if err := c.WriteFile(\"/out\", b); err != nil { return err } }\n}", nil, Exceeded, []string{"write budget of 1MiB exceeded"}},
		{"write stream", handle + "w, err := c.Create(\"/out\")\nif err != nil { return err }\nb := make([]byte, 1000)\nfor { if _, err := w.Write(b); err != nil { return err } }\n}",
			nil, Exceeded, []string{"write budget of 1MiB exceeded"}},
		{"ops", handle + "for { c.Exists(\"/big\") }\n}", nil, Exceeded, []string{"ops budget of 1000 exceeded"}},
		{"output", handle + "for i := 0; i < 5000; i++ { c.Log(\"some line that is repeated\") }\nreturn nil }",
			func(b *wake.Budget) { b.CPU = time.Minute }, Succeeded, []string{""}},
		{"many open files", handle + "for i := 0; i < 1000; i++ { if _, err := c.Open(\"/big\"); err != nil { return err } }\nreturn nil }", nil, Failed, []string{"too many open files"}},
		{"long name", handle + "b := make([]byte, 70000)\nfor i := range b { b[i] = 'x' }\nreturn c.WriteFile(\"/\"+string(b), nil) }", nil, Failed, []string{"xxx"}},
		{"name of 256 bytes", handle + "b := make([]byte, 256)\nfor i := range b { b[i] = 'x' }\nreturn c.WriteFile(\"/\"+string(b), nil) }", nil, Failed, []string{"xxx: file name too long"}},
		{"relative path", handle + "return c.WriteFile(\"../etc/passwd\", nil) }", nil, Failed, []string{"not absolute"}},
		{"gzip bomb", "import (\"bytes\"; \"compress/gzip\"; \"io\")\n" + handle + "var b bytes.Buffer\nz, _ := gzip.NewWriterLevel(&b, 1)\nzero := make([]byte, 1<<20)\nfor i := 0; i < 200; i++ { z.Write(zero) }\nz.Close()\n" +
			"r, err := gzip.NewReader(&b)\nif err != nil { return err }\nall, err := io.ReadAll(r)\nc.Log(len(all))\nreturn err }", plenty, Exceeded, []string{"memory budget of 64MiB exceeded"}},
		{"zip bomb", "import (\"archive/zip\"; \"bytes\"; \"io\")\n" + handle + "var b bytes.Buffer\nz := zip.NewWriter(&b)\nw, _ := z.Create(\"a\")\nzero := make([]byte, 1<<20)\nfor i := 0; i < 200; i++ { w.Write(zero) }\nz.Close()\n" +
			"r, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))\nif err != nil { return err }\nf, err := r.File[0].Open()\nif err != nil { return err }\nall, err := io.ReadAll(f)\nc.Log(len(all))\nreturn err }", plenty, Exceeded, []string{"memory budget of 64MiB exceeded"}},
		{"image bomb", "import (\"bytes\"; \"image/png\")\n" + handle + "_, err := png.Decode(bytes.NewReader([]byte(\"\\x89\\x50\\x4e\\x47\\x0d\\x0a\\x1a\\x0a\\x00\\x00\\x00\\x0d\\x49\\x48\\x44\\x52\\x00\\x00\\x60\\x00\\x00\\x00\\x60\\x00\\x08\\x06\\x00\\x00\\x00\\xe0\\xe9\\xa6\\xcf\\x00\\x00\\x00\\x78\\x49\\x44\\x41\\x54\\x78\\x9c\\xed\\xc1\\x31\\x01\\x00\\x00\\x00\\xc2\\xa0\\xf5\\x4f\\x6d\\x0d\\x0f\\xa0\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x80\\x57\\x03\\x86\\xaf\\x00\\x01\\xc4\\xae\\x10\\xaa\")))\nreturn err }",
			plenty, Exceeded, []string{"memory budget of 64MiB exceeded"}},
		{"image of many pixels", "import \"image\"\n" + handle + "m := image.NewRGBA(image.Rect(0, 0, 30000, 30000))\nm.Pix[len(m.Pix)-1] = 1\nreturn nil }", plenty, Exceeded, []string{"memory budget of 64MiB exceeded"}},
		{"regexp of many states", "import \"regexp\"\n" + handle + "_, err := regexp.Compile(\"((a{100}){100}){100}\")\nreturn err }", plenty, Failed, []string{"invalid repeat count"}},
		{"regexp on much", "import (\"regexp\"; \"strings\")\n" + handle + "re := regexp.MustCompile(\"(x+x+)+y\")\ns := strings.Repeat(\"x\", 1<<20)\nfor { re.MatchString(s) }\n}", nil, Exceeded, []string{"cpu budget of 500ms exceeded"}},
		{"repeat", "import \"strings\"\n" + handle + "s := strings.Repeat(\"x\", 1<<33)\nc.Log(len(s))\nreturn nil }", plenty, Exceeded, []string{"memory budget of 64MiB exceeded"}},
		{"width", "import \"fmt\"\n" + handle + "for { fmt.Sprintf(\"%999999d%999999d\", 1, 1) }\n}", nil, Exceeded, []string{"cpu budget of 500ms exceeded"}},
		{"big number", "import \"math/big\"\n" + handle + "n := new(big.Int).Exp(big.NewInt(3), big.NewInt(1<<40), nil)\nc.Log(n.BitLen())\nreturn nil }", nil, Exceeded, []string{"budget of"}},
		{"template without end", "import (\"io\"; \"text/template\")\n" + handle + "return template.Must(template.New(\"x\").Parse(\"{{template \\\"x\\\"}}\")).Execute(io.Discard, nil) }", plenty, 0, []string{"memory budget of 64MiB exceeded", "exceeded maximum template depth"}},
		{"deep JSON", "import (\"encoding/json\"; \"strings\")\n" + handle + "var v any\nreturn json.Unmarshal([]byte(strings.Repeat(\"[\", 1<<20)), &v) }", plenty, Failed, []string{"exceeded max depth"}},
		{"one endless line", handle + "return c.EachLine(\"/big\", func(s string) error { for { s += s } }) }", plenty, Exceeded, []string{"memory budget of 64MiB exceeded"}},
		{"timer of a package", "import (\"context\"; \"time\")\n" + handle + "ctx, _ := context.WithTimeout(context.Background(), time.Hour)\n<-ctx.Done()\nreturn nil }", func(b *wake.Budget) { b.Wall = 300 * time.Millisecond },
			Exceeded, []string{"wall budget of 300ms exceeded"}},
		{"huge error", handle + "b := make([]byte, 1<<20)\nfor i := range b { b[i] = 'x' }\nreturn &E{string(b)} }\ntype E struct{ s string }\nfunc (e *E) Error() string { return e.s }",
			func(b *wake.Budget) { b.CPU = time.Minute }, Failed, []string{"xxx"}},
	}
	pool := newPool(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			prog := compile(t, imports+tt.body)
			budget := tight
			if tt.change != nil {
				tt.change(&budget)
			}
			host := waketest.NewHost(map[string]string{"/big": strings.Repeat("0123456789", 30_000)}, nil)
			out, err := pool.Invoke(t.Context(), prog, wake.Event{Type: wake.Arrive, Path: "/big"}, 1, budget, host)
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, r := range tt.reason {
				found = found || strings.Contains(out.Reason, r)
			}
			if tt.result != 0 && out.Result != tt.result || !found {
				t.Errorf("%v: %q, want %v: %q; output:\n%s", out.Result, clipTest(out.Reason), tt.result, tt.reason, clipTest(out.Output))
			}
			if limit := 64<<10 + len(cutNote); len(out.Output) > limit || len(out.Reason) > maxText {
				t.Errorf("%d bytes of output, %d of reason", len(out.Output), len(out.Reason))
			}
			if out.Read > budget.Read+1 || out.Written > budget.Write || out.Ops > budget.Ops+1 {
				t.Errorf("did more than it may: %+v", out)
			}
			if tt.name == "output" && !out.Truncated {
				t.Error("output was not truncated")
			}
		})
	}
}

func clipTest(s string) string { return s[:min(len(s), 1500)] }

// TestLeftoverGoroutine checks that a worker with a goroutine of an earlier invocation is not used again.
func TestLeftoverGoroutine(t *testing.T) {
	pool := newPool(t)
	prog := compile(t, `//wake:on arrive /**
package main

import "github.com/wakefs/wakefs/triggers/wake"

var calls int

func Handle(c *wake.Context, e wake.Event) error {
	calls++
	c.Log("call", calls)
	if e.Path == "/leave" {
		go func() {
			for {
				c.WriteFile("/evil", nil)
			}
		}()
	}
	return nil
}
`)
	host := waketest.NewHost(nil, nil)
	call := func(path string) string {
		out, err := pool.Invoke(t.Context(), prog, wake.Event{Type: wake.Arrive, Path: path}, 1, tight, host)
		if err != nil || out.Failed() && path != "/leave" {
			t.Fatalf("%+v, %v", out, err)
		}
		return out.Output
	}
	for i, step := range []struct{ path, want string }{
		{"/a", "call 1\n"}, {"/a", "call 2\n"}, {"/leave", "call 3\n"}, {"/a", "call 1\n"},
	} {
		if got := call(step.path); got != step.want {
			t.Errorf("step %d: %q, want %q", i, got, step.want)
		}
	}
}

// TestContextEnds checks that a script cannot use the Context of an earlier invocation.
func TestContextEnds(t *testing.T) {
	pool := newPool(t)
	prog := compile(t, `//wake:on arrive /**
package main

import (
	"errors"
	"io/fs"

	"github.com/wakefs/wakefs/triggers/wake"
)

var old *wake.Context

func Handle(c *wake.Context, e wake.Event) error {
	if old != nil {
		err := old.WriteFile("/f", nil)
		c.Log(err, errors.Is(err, fs.ErrClosed))
	}
	old = c
	return nil
}
`)
	host := waketest.NewHost(nil, nil)
	var out Outcome
	for range 2 {
		var err error
		if out, err = pool.Invoke(t.Context(), prog, wake.Event{Type: wake.Arrive, Path: "/a"}, 1, tight, host); err != nil || out.Failed() {
			t.Fatalf("%+v, %v", out, err)
		}
	}
	if want := "create /f: the handler that this Context belongs to has returned true\n"; out.Output != want {
		t.Errorf("%q, want %q", out.Output, want)
	}
}
