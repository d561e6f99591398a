package csv2json

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

func TestHandle(t *testing.T) {
	w := waketest.New(t, map[string]string{"/inbox/may/a.csv": "name,age\n\"O'Neil, \"\"Jo\"\"\",7\nÄnne,8\n"})
	if err := Handle(w.Context, w.Arrive("/inbox/may/a.csv")); err != nil {
		t.Fatal(err)
	}
	got := w.Read("/outbox/may/a.json")
	want := `[
  {"name": "O'Neil, \"Jo\"", "age": "7"},
  {"name": "Änne", "age": "8"}
]
`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestEmpty(t *testing.T) {
	for _, content := range []string{"", "a,b\n", "\xef\xbb\xbfa,b\n"} {
		w := waketest.New(t, map[string]string{"/inbox/a.csv": content})
		if err := Handle(w.Context, w.Arrive("/inbox/a.csv")); err != nil {
			t.Fatal(err)
		}
		var rows []any
		if err := json.Unmarshal([]byte(w.Read("/outbox/a.json")), &rows); err != nil || len(rows) != 0 {
			t.Errorf("%q: %v, %v", content, rows, err)
		}
	}
}

func TestMalformed(t *testing.T) {
	w := waketest.New(t, map[string]string{"/inbox/a.csv": "a,b\n1,2\n3\n"})
	if err := Handle(w.Context, w.Arrive("/inbox/a.csv")); err != nil {
		t.Fatal(err)
	}
	if w.Exists("/outbox/a.json") || !strings.Contains(w.Read("/outbox/a.json.error"), "line 3") {
		t.Error(w.Files())
	}
}
