package expire

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

// night is the event of the schedule.
var night = wake.Event{Type: wake.Every, Time: waketest.Time}

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
	handle := func(e wake.Event, want string) {
		t.Helper()
		if err := Handle(w.Context, e); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(slices.Sorted(maps.Keys(w.Files())), " "); got != want {
			t.Errorf("left: %s", got)
		}
	}
	for name, days := range map[string]int{"/tmp/old": 8, "/tmp/a/b/older": 100, "/tmp/keep/old": 100, "/tmp/new": 6, "/elsewhere/old": 1000, "/tmp/.expire": 500} {
		age(name, days)
	}
	handle(night, "/elsewhere/old /tmp/.expire /tmp/keep/.expire /tmp/keep/old /tmp/new")
	if logs := w.Logs(); len(logs) != 2 || logs[0] != "/tmp: removed 2 files of 3 bytes, not written since 2025-12-26" {
		t.Errorf("%q", logs)
	}
	age("/tmp/new", 8)
	handle(w.Arrive("/tmp/keep/.expire"), "/elsewhere/old /tmp/.expire /tmp/keep/.expire /tmp/keep/old /tmp/new")
	handle(w.Arrive("/tmp/.expire"), "/elsewhere/old /tmp/.expire /tmp/keep/.expire /tmp/keep/old")
	handle(w.Arrive("/gone/.expire"), "/elsewhere/old /tmp/.expire /tmp/keep/.expire /tmp/keep/old")
}

func TestNoNumber(t *testing.T) {
	for _, text := range []string{"", "soon", "-1", "0"} {
		w := waketest.New(t, map[string]string{"/tmp/.expire": text, "/tmp/old": ""})
		when := waketest.Time.AddDate(-10, 0, 0)
		if err := w.Chtimes("/tmp/old", when, when); err != nil {
			t.Fatal(err)
		}
		if err := Handle(w.Context, night); err != nil || !w.Exists("/tmp/old") || len(w.Logs()) != 1 {
			t.Errorf("%q: %v, %q", text, err, w.Logs())
		}
	}
}
