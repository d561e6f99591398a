package dedup

import (
	"testing"

	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

func TestHandle(t *testing.T) {
	w := waketest.New(t, map[string]string{
		"/archive/a": "same", "/archive/sub/b": "same", "/archive/c": "other", "/archive/private": "same",
	})
	handle := func(name string) {
		t.Helper()
		if err := Handle(w.Context, w.Arrive(name)); err != nil {
			t.Fatal(err)
		}
	}
	ino := func(name string) uint64 {
		t.Helper()
		info, err := w.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		return info.Ino()
	}
	if err := w.Chmod("/archive/private", 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"/archive/a", "/archive/c", "/archive/sub/b", "/archive/sub/b", "/archive/gone"} {
		handle(name)
	}
	if ino("/archive/a") != ino("/archive/sub/b") || ino("/archive/a") == ino("/archive/c") {
		t.Error(w.Files())
	}
	handle("/archive/private")
	if ino("/archive/private") == ino("/archive/a") {
		t.Error("a private file is shared with a public one")
	}

	// The first has been changed since: it is not equal any more.
	w.Write("/archive/c", "changed")
	w.Write("/archive/d", "other")
	handle("/archive/d")
	if ino("/archive/c") == ino("/archive/d") || w.Read("/archive/d") != "other" {
		t.Error(w.Files())
	}

	e := w.Arrive("/archive/d")
	e.Chain = []string{w.Trigger()}
	before := len(w.Files())
	if err := Handle(w.Context, e); err != nil || len(w.Files()) != before {
		t.Error("its own link woke it", err)
	}
}
