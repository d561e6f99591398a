package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wakefs/wakefs/mount/posixtest"
	"github.com/wakefs/wakefs/triggers"
	"github.com/wakefs/wakefs/triggers/examples"
)

const upperScript = `//wake:on arrive /inbox/**/*.txt
package main

import (
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	b, err := c.ReadFile(e.Path)
	if err != nil {
		return err
	}
	c.Log("got", e.Name)
	return c.WriteFile("/outbox/"+e.Name, []byte(strings.ToUpper(string(b))))
}
`

// TestJourney is what the README promises: a file is dropped and its result appears.
func TestJourney(t *testing.T) {
	n := startNode(t)
	n.deploy("upper", upperScript)
	n.write("inbox/a.txt", "hello")
	n.expect("outbox/a.txt", "HELLO")

	// By mv and by cp through a temporary name, as rsync does.
	if err := os.WriteFile(n.path("inbox/.b.txt.tmp"), []byte("moved"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(n.path("inbox/.b.txt.tmp"), n.path("inbox/b.txt")); err != nil {
		t.Fatal(err)
	}
	n.expect("outbox/b.txt", "MOVED")

	// Another version, from the next save on.
	n.deploy("upper", strings.Replace(upperScript, "ToUpper", "ToTitle", 1)+"\n// v2\n")
	n.write("inbox/c.txt", "title")
	n.expect("outbox/c.txt", "TITLE")

	// A script that does not compile is refused with its position, and the version before stays.
	n.write("triggers/upper.go", strings.Replace(upperScript, "return err\n", "return errr\n", 1))
	n.eventually("the broken script is refused", func() error {
		r := n.triggers()["upper"]
		if !strings.Contains(r.Refused, "upper.go:13:10") {
			return fmt.Errorf("refused: %q", r.Refused)
		}
		return nil
	})
	n.write("inbox/d.txt", "still")
	n.expect("outbox/d.txt", "STILL")

	// Rollback takes effect for the next invocation.
	n.ok("trigger", "rollback", "upper")
	n.write("inbox/e.txt", "back")
	n.expect("outbox/e.txt", "BACK")

	if out := n.ok("trigger", "list"); !strings.Contains(out, "upper  live") {
		t.Errorf("trigger list:\n%s", out)
	}
	logs := n.ok("trigger", "logs", "upper")
	for _, want := range []string{"deployed", "refused", "done", "got a.txt"} {
		if !strings.Contains(logs, want) {
			t.Errorf("trigger logs has no %q:\n%s", want, logs)
		}
	}
	if out := n.ok("trigger", "show", "upper"); !strings.Contains(out, "budget") {
		t.Errorf("trigger show prints no budget:\n%s", out)
	}
	var st nodeStatus
	if err := json.Unmarshal([]byte(n.ok("status", "--json")), &st); err != nil {
		t.Fatal(err)
	}
	if len(st.Disks) != 3 || st.Degraded != 0 || st.Leader == "" {
		t.Errorf("status: %+v", st)
	}
	if out := n.ok("fsck"); !strings.Contains(out, "clean") {
		t.Errorf("fsck: %s", out)
	}
	n.stop()
	if entries, err := os.ReadDir(n.mnt); err != nil || len(entries) != 0 {
		t.Errorf("the mount point after the end: %v, %v", entries, err)
	}
	// Everything is there after a start, and the functions still run.
	n.start()
	n.expect("outbox/a.txt", "HELLO")
	n.write("inbox/f.txt", "again")
	n.expect("outbox/f.txt", "AGAIN")
	n.stop()
}

// TestFailingFunction: retries, then a dead letter that can be run once more.
func TestFailingFunction(t *testing.T) {
	n := startNode(t)
	n.deploy("picky", `//wake:on arrive /in/*
//wake:retry 2
package main

import (
	"errors"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	if err := c.WriteFile("/out/"+e.Name, []byte("partial")); err != nil {
		return err
	}
	if _, err := c.Stat("/permit"); err != nil {
		return errors.New("no permit")
	}
	return c.WriteFile("/out/"+e.Name, []byte("whole"))
}
`)
	n.write("in/x", "x")
	n.eventually("a dead letter", func() error {
		if r := n.triggers()["picky"]; r.Dead != 1 || r.Failed != 2 {
			return fmt.Errorf("%+v", r)
		}
		return nil
	})
	if _, err := os.Stat(n.path("out")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a failed function has left something: %v", err)
	}
	if out := n.ok("trigger", "dead", "picky"); !strings.Contains(out, "no permit") || !strings.Contains(out, "/in/x") {
		t.Errorf("trigger dead: %s", out)
	}
	n.write("permit", "")
	n.ok("trigger", "retry", "picky")
	n.expect("out/x", "whole")
	n.eventually("no dead letter", func() error {
		if r := n.triggers()["picky"]; r.Dead != 0 || r.Done != 1 || r.Backlog != 0 {
			return fmt.Errorf("%+v", r)
		}
		return nil
	})
	n.stop()
}

// TestCycle: a function that wakes itself is stopped, and the cycle is named.
func TestCycle(t *testing.T) {
	n := startNode(t)
	n.deploy("ouro", `//wake:on arrive /loop/**
package main

import "github.com/wakefs/wakefs/triggers/wake"

func Handle(c *wake.Context, e wake.Event) error {
	return c.WriteFile(e.Path+"x", []byte("again"))
}
`)
	n.write("loop/a", "go")
	n.eventually("the cycle is stopped", func() error {
		if r := n.triggers()["ouro"]; r.Dead != 1 || r.Backlog != 0 {
			return fmt.Errorf("%+v", r)
		}
		return nil
	})
	if out := n.ok("trigger", "dead"); !strings.Contains(out, "ouro → ouro") {
		t.Errorf("the cycle is not named:\n%s", out)
	}
	n.stop()
}

// TestPublish: scripts saved in a folder of the host are live in the cluster.
func TestPublish(t *testing.T) {
	host := t.TempDir()
	if err := os.WriteFile(filepath.Join(host, "upper.go"), []byte(upperScript), 0o644); err != nil {
		t.Fatal(err)
	}
	n := startNode(t, "--triggers", host)
	live := func(name string) func() error {
		return func() error {
			if n.triggers()[name].Version == "" {
				return errors.New("not live")
			}
			return nil
		}
	}
	n.eventually("upper is live", live("upper"))
	n.write("inbox/a.txt", "hello")
	n.expect("outbox/a.txt", "HELLO")
	// An editor's way to save: write beside, rename over.
	if err := os.WriteFile(filepath.Join(host, ".new"), []byte(strings.ReplaceAll(upperScript, "outbox", "elsewhere")), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(host, ".new"), filepath.Join(host, "second.go")); err != nil {
		t.Fatal(err)
	}
	n.eventually("second is live", live("second"))
	if err := os.Remove(filepath.Join(host, "upper.go")); err != nil {
		t.Fatal(err)
	}
	n.eventually("upper is gone", func() error {
		if _, ok := n.triggers()["upper"]; ok {
			return errors.New("still there")
		}
		return nil
	})
	n.write("inbox/b.txt", "two")
	n.expect("elsewhere/b.txt", "TWO")
	n.stop()
}

// TestTriggerTest runs a script with no node at all.
func TestTriggerTest(t *testing.T) {
	dir := t.TempDir()
	script, sample := filepath.Join(dir, "upper.go"), filepath.Join(dir, "x.txt")
	if err := errors.Join(os.WriteFile(script, []byte(upperScript), 0o644), os.WriteFile(sample, []byte("abc"), 0o644)); err != nil {
		t.Fatal(err)
	}
	out, stderr, code := runWakefs(t, "trigger", "test", script, "--file", sample)
	if code != 0 || !strings.Contains(out, "/outbox/x.txt (3 bytes)") || !strings.Contains(out, "ABC") || !strings.Contains(out, "got x.txt") {
		t.Errorf("exit %d\n%s%s", code, out, stderr)
	}
	if err := os.WriteFile(script, []byte(strings.Replace(upperScript, "\"strings\"", "\"os\"", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code = runWakefs(t, "trigger", "test", script, "--file", sample); code == 0 || !strings.Contains(stderr, "upper.go:5:2") {
		t.Errorf("a script that imports os: exit %d, %s", code, stderr)
	}
}

// TestSamples drops a file for each sample function.
func TestSamples(t *testing.T) {
	n := startNode(t, "--samples")
	n.eventually("the samples are live", func() error {
		rows := n.triggers()
		for _, s := range examples.Samples() {
			if r := rows[s.Name]; r.Version == "" || r.Refused != "" {
				return fmt.Errorf("%s: %+v", s.Name, r)
			}
		}
		return nil
	})
	n.write("inbox/people.csv", "name,age\nAda,36\n")
	n.write("docs/poem.txt", "the quick brown fox")
	n.write("data/set/a.bin", "abc")
	var img bytes.Buffer
	if err := png.Encode(&img, image.NewRGBA(image.Rect(0, 0, 1000, 500))); err != nil {
		t.Fatal(err)
	}
	n.write("photos/p.png", img.String())
	n.eventually("the JSON file", func() error {
		b, err := os.ReadFile(n.path("outbox/people.json"))
		if err == nil && !strings.Contains(string(b), `"Ada"`) {
			err = fmt.Errorf("%q", b)
		}
		return err
	})
	n.eventually("the thumbnail", func() error {
		f, err := os.Open(n.path("photos/thumbs/p.png"))
		if err != nil {
			return err
		}
		defer f.Close() //nolint:errcheck // only read
		c, _, err := image.DecodeConfig(f)
		if err == nil && (c.Width != 256 || c.Height != 128) {
			err = fmt.Errorf("%d x %d", c.Width, c.Height)
		}
		return err
	})
	n.eventually("the manifest", func() error {
		b, err := os.ReadFile(n.path("data/set/SHA256SUMS"))
		if err == nil && !strings.Contains(string(b), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") {
			err = fmt.Errorf("%q", b)
		}
		return err
	})
	n.eventually("the index", func() error {
		b, err := os.ReadFile(n.path("index/words/quick"))
		if err == nil && !strings.Contains(string(b), "/docs/poem.txt") {
			err = fmt.Errorf("%q", b)
		}
		return err
	})
	n.eventually("the bill", func() error {
		list, err := filepath.Glob(n.path("chargeback/*.csv"))
		if err != nil || len(list) != 1 {
			return fmt.Errorf("%v, %v", list, err)
		}
		b, err := os.ReadFile(list[0])
		if err == nil && !strings.Contains(string(b), "inbox") {
			err = fmt.Errorf("%q", b)
		}
		return err
	})
	n.stop()
}

// TestPosix runs the conformance suite on a real mount; of the static binary that WAKEFS_BIN names if
// there is one, as `make test` does, since the suite is long and the race detector slow.
func TestPosix(t *testing.T) {
	n := newNode(t)
	n.bin = os.Getenv("WAKEFS_BIN")
	n.start()
	dir := n.path("suite")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	posixtest.Run(t, dir, posixtest.Options{})
	if out := n.ok("fsck"); !strings.Contains(out, "clean") {
		t.Errorf("fsck after the suite: %s", out)
	}
	n.stop()
}

// TestLogsFollow: -f prints what comes.
func TestLogsFollow(t *testing.T) {
	n := startNode(t)
	n.deploy("upper", upperScript)
	cmd := wakefsCommand(t.Context(), "trigger", "logs", "-f", "--json", "upper", "--data", n.data)
	out := &logBuffer{}
	cmd.Stdout = out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	n.write("inbox/a.txt", "hello")
	n.eventually("the follower prints the invocation", func() error {
		for line := range bytes.Lines([]byte(out.String())) {
			var e triggers.Entry
			if json.Unmarshal(line, &e) == nil && e.Result == "done" && e.Path == "/inbox/a.txt" {
				return nil
			}
		}
		return errors.New(out.String())
	})
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("^C ends following with %v", err)
	}
	n.stop()
}
