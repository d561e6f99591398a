package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const chattyScript = `//wake:on arrive /inbox/**
//wake:retry 1
package main

import (
	"errors"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	c.Log("seen", e.Name)
	if e.Name == "bad" {
		return errors.New("no good")
	}
	return nil
}
`

// TestLogFolder: the log of a function is a file of the file system, for its owner; it wakes nothing, follows no link that
// somebody laid, and is rotated.
func TestLogFolder(t *testing.T) {
	n := startNode(t)
	n.deploy("watcher", strings.Replace(chattyScript, "/inbox/**", "/**", 1))
	n.deploy("chatty", chattyScript)
	n.write("inbox/a.txt", "x")
	n.write("inbox/bad", "x")
	log := n.path("triggers", ".log", "chatty", "latest.log")
	n.eventually("the log in the file system", func() error {
		b, err := os.ReadFile(log)
		text := string(b)
		for _, want := range []string{`chatty  done  #`, `arrive "/inbox/a.txt"`, "\n    seen a.txt\n", `chatty  dead  #`, "\n    no good\n    seen bad\n"} {
			if !strings.Contains(text, want) {
				return fmt.Errorf("no %q in %q: %v", want, text, err)
			}
		}
		return nil
	})
	if st, err := os.Stat(log); err != nil || st.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v", st, err)
	}
	if r := n.triggers()["watcher"]; r.Queued != 2 {
		t.Errorf("a function of all paths was woken by %d events, want the two files", r.Queued)
	}

	// A link in the place of a log is replaced by nothing: what it leads to stays as it is.
	n.write("precious", "mine")
	if err := os.Remove(log); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/precious", log); err != nil {
		t.Fatal(err)
	}
	n.write("inbox/b.txt", "x")
	n.eventually("a complaint", func() error {
		if !strings.Contains(n.log.String(), "cannot be written into the file system") {
			return fmt.Errorf("the node says %q", n.log.String())
		}
		return nil
	})
	n.expect("precious", "mine")
	if err := os.Remove(log); err != nil {
		t.Fatal(err)
	}

	// A file that is full is put aside.
	if err := os.WriteFile(log, []byte(strings.Repeat("an old line\n", 87_381)), 0o640); err != nil {
		t.Fatal(err)
	}
	n.write("inbox/c.txt", "x")
	n.eventually("a new file", func() error {
		b, err := os.ReadFile(log)
		if err != nil || !strings.Contains(string(b), "seen c.txt") || strings.Contains(string(b), "an old line") {
			return fmt.Errorf("%.100q, %v", b, err)
		}
		b, err = os.ReadFile(filepath.Join(filepath.Dir(log), "1.log"))
		if err != nil || !strings.HasPrefix(string(b), "an old line\n") {
			return fmt.Errorf("1.log is %.100q, %v", b, err)
		}
		return nil
	})
	n.stop()
}
