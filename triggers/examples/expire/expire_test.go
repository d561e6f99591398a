package expire

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

func TestHandle(t *testing.T) {
	w := waketest.New(t, map[string]string{
		"/tmp/.expire": "7\n", "/tmp/new": "", "/tmp/old": "x", "/tmp/a/b/older": "xx",
		"/tmp/keep/.expire": "365", "/tmp/keep/old": "", "/elsewhere/old": "",
	})
	age := func(name string, days int) {
		t.Helper()
		when := waketest.Time.AddDate(0, 0, -days)
		if err := w.Chtimes(name, when, when); err != nil {
			t.Fatal(err)
		}
	}
	handle := func(name string) {
		t.Helper()
		if err := Handle(w.Context, w.Arrive(name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, days := range map[string]int{"/tmp/old": 8, "/tmp/a/b/older": 100, "/tmp/keep/old": 100, "/tmp/new": 6, "/elsewhere/old": 1000, "/tmp/.expire": 500} {
		age(name, days)
	}
	handle("/elsewhere/old")
	if len(w.Files()) != 7 {
		t.Error("no rule, but something is gone")
	}
	handle("/tmp/new")
	got := slices.Sorted(maps.Keys(w.Files()))
	if want := "/elsewhere/old /tmp/.expire /tmp/keep/.expire /tmp/keep/old /tmp/new"; strings.Join(got, " ") != want {
		t.Errorf("left: %q", got)
	}
	if logs := w.Logs(); len(logs) != 1 || logs[0] != "/tmp: removed 2 files of 3 bytes, not written since 2025-12-26" {
		t.Errorf("%q", logs)
	}

	age("/tmp/new", 8)
	handle("/tmp/new")
	if !w.Exists("/tmp/new") {
		t.Error("the same day, it looked again")
	}
	handle("/tmp/.expire")
	if w.Exists("/tmp/new") {
		t.Error("the saved rule was not followed")
	}
}

func TestNoNumber(t *testing.T) {
	for _, text := range []string{"", "soon", "-1", "0"} {
		w := waketest.New(t, map[string]string{"/tmp/.expire": text, "/tmp/old": ""})
		when := waketest.Time.AddDate(-10, 0, 0)
		if err := w.Chtimes("/tmp/old", when, when); err != nil {
			t.Fatal(err)
		}
		if err := Handle(w.Context, w.Arrive("/tmp/.expire")); err != nil || !w.Exists("/tmp/old") || len(w.Logs()) != 1 {
			t.Errorf("%q: %v, %q", text, err, w.Logs())
		}
	}
}
