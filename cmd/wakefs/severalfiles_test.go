package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/wakefs/wakefs/triggers/script"
)

var stampFiles = map[string]string{
	"stamp.go": `//wake:on arrive /inbox/*.txt
package main

import "github.com/wakefs/wakefs/triggers/wake"

func Handle(c *wake.Context, e wake.Event) error {
	b, err := c.ReadFile(e.Path)
	if err != nil {
		return err
	}
	return c.WriteFile("/outbox/"+e.Name, []byte(stamp(string(b))))
}
`,
	"help.go":         "package main\n\nimport (\n\t\"fmt\"\n)\n\nfunc stamp(s string) string { return fmt.Sprintf(\"<%s>\", s) }\n",
	"words.go":        "package main\n\nconst word = \"stamped\"\n",
	"stamp_test.go":   "package other\n",
	"testdata/in.txt": "a",
}

// TestSeveralFiles: a folder with a file of its own name is one function, which is copied there, refused, rolled back and removed
// as one.
func TestSeveralFiles(t *testing.T) {
	host, local := t.TempDir(), filepath.Join(t.TempDir(), "stamp")
	for name, src := range stampFiles {
		p := filepath.Join(local, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, []byte(src), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	sample := filepath.Join(local, "testdata", "in.txt")
	for _, script := range []string{local, filepath.Join(local, "stamp.go")} {
		if out, stderr, _ := runWakefs(t, "trigger", "test", script, "--file", sample); stderr != "" || !strings.Contains(out, "wrote /outbox/in.txt (3 bytes)\n  <a>") {
			t.Errorf("trigger test %s: %s", script, out)
		}
	}

	n := startNode(t, "--triggers", host)
	copyTo := func(dir string) {
		t.Helper()
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("cp", "-r", local, dir).CombinedOutput(); err != nil {
			t.Fatalf("cp: %v: %s", err, out)
		}
	}
	version := func(old string) (now string) {
		t.Helper()
		n.eventually("another version is live", func() error {
			r := n.triggers()["team.stamp"]
			if now = r.Version; now == "" || now == old || r.Refused != "" {
				return fmt.Errorf("%+v", r)
			}
			return nil
		})
		return now
	}
	copyTo(n.path("triggers/team"))
	v1 := version("")
	n.write("inbox/a.txt", "a")
	n.expect("outbox/a.txt", "<a>")
	if out := n.ok("trigger", "logs"); strings.Contains(out, "refused") || strings.Count(out, "deployed") != 1 {
		t.Errorf("copying made noise:\n%s", out)
	}

	n.write("triggers/team/stamp/help.go", strings.Replace(stampFiles["help.go"], `"<%s>", s`, `"[%s]", s + word`, 1))
	version(v1)
	n.write("inbox/b.txt", "b")
	n.expect("outbox/b.txt", "[bstamped]")

	for why, src := range map[string]string{
		"help.go:7:58: undefined: s1":             strings.Replace(stampFiles["help.go"], ", s)", ", s1)", 1),
		"help.go:8:3: illegal UTF-8 encoding":     stampFiles["help.go"] + "//\xff\n",
		"the source is larger than 1048576 bytes": stampFiles["help.go"] + "//" + strings.Repeat("x", script.MaxSource),
	} {
		n.write("triggers/team/stamp/help.go", src)
		n.eventually("the refusal is seen everywhere", func() error {
			if r := n.triggers()["team.stamp"]; !strings.Contains(r.Refused, why) {
				return fmt.Errorf("trigger list: %+v", r)
			}
			for _, f := range []string{"stamp.go", "help.go"} {
				b := make([]byte, 1000)
				if size, err := unix.Getxattr(n.path("triggers/team/stamp/"+f), "user.wakefs.refused", b); err != nil || !strings.Contains(string(b[:size]), why) {
					return fmt.Errorf("attribute of %s: %q, %w", f, b[:max(0, size)], err)
				}
			}
			return nil
		})
	}
	n.write("inbox/c.txt", "c") // the version before it is live
	n.expect("outbox/c.txt", "[cstamped]")
	if out := n.ok("trigger", "diff", "team.stamp"); !strings.Contains(out, "--- help.go@") || !strings.Contains(out, `+func stamp(s string) string { return fmt.Sprintf("[%s]", s+word) }`) && !strings.Contains(out, "s + word") {
		t.Errorf("trigger diff:\n%s", out)
	}

	n.ok("trigger", "rollback", "team.stamp")
	n.write("triggers/team/stamp/help.go", strings.Replace(stampFiles["help.go"], "<%s>", "<%s>%%", 1))
	version(v1)
	n.ok("trigger", "rollback", "team.stamp", v1[:12])
	n.write("inbox/d.txt", "d")
	n.expect("outbox/d.txt", "<d>")
	n.stop()
	n.start()
	n.write("inbox/e.txt", "e")
	n.expect("outbox/e.txt", "<e>")

	n.write("triggers/team.stamp.go", upperScript)
	n.eventually("the second of a name is refused", func() error {
		b := make([]byte, 1000)
		size, err := unix.Getxattr(n.path("triggers/team.stamp.go"), "user.wakefs.refused", b)
		if err == nil && string(b[:size]) != "/triggers/team/stamp/stamp.go is the function team.stamp already: give this one another name" {
			t.Errorf("attribute: %q", b[:size])
		}
		return err
	})
	if err := os.Remove(n.path("triggers/team.stamp.go")); err != nil {
		t.Fatal(err)
	}

	if os.Getuid() == 0 {
		if err := os.Chown(n.path("triggers/team/stamp/words.go"), 1000, 1000); err != nil {
			t.Fatal(err)
		}
		n.eventually("a file of somebody else is refused", func() error {
			if r := n.triggers()["team.stamp"]; !strings.Contains(r.Refused, "words.go belongs to user 1000 and /triggers/team/stamp/stamp.go to user 0") {
				return fmt.Errorf("%+v", r)
			}
			return nil
		})
	}

	n.ok("trigger", "rm", "team.stamp")
	n.eventually("it is gone, and what is no function's stays", func() error {
		list, err := filepath.Glob(n.path("triggers/team/stamp/*"))
		if err != nil || len(list) != 2 || filepath.Base(list[0]) != "stamp_test.go" || filepath.Base(list[1]) != "testdata" || len(n.triggers()) != 0 {
			return fmt.Errorf("%v, %v, %v", list, n.triggers(), err)
		}
		return nil
	})

	if err := os.RemoveAll(n.path("triggers/team")); err != nil {
		t.Fatal(err)
	}
	copyTo(filepath.Join(host, "team"))
	version("")
	n.write("inbox/f.txt", "f")
	n.expect("outbox/f.txt", "<f>")
	n.stop()
}
