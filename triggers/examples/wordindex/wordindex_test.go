package wordindex

import (
	"testing"

	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

func TestHandle(t *testing.T) {
	w := waketest.New(t, map[string]string{
		"/docs/a.txt":   "The garden, the GARDEN! x",
		"/docs/s/b.md":  "Ein Garten; a garden",
		"/docs/raw.txt": "\xff\xfegarden\x00garden garden",
	})
	handle := func(e wake.Event) {
		t.Helper()
		if err := Handle(w.Context, e); err != nil {
			t.Fatal(err)
		}
	}
	check := func(word, want string) {
		t.Helper()
		if got := w.Files()["/index/words/"+word]; got != want {
			t.Errorf("%s:\n%swant:\n%s", word, got, want)
		}
	}
	handle(w.Arrive("/docs/a.txt"))
	handle(w.Arrive("/docs/s/b.md"))
	handle(w.Arrive("/docs/raw.txt"))
	check("garden", "3 /docs/raw.txt\n2 /docs/a.txt\n1 /docs/s/b.md\n")
	check("garten", "1 /docs/s/b.md\n")
	check("x", "")

	w.Write("/docs/a.txt", "something else")
	handle(w.Arrive("/docs/a.txt"))
	check("garden", "3 /docs/raw.txt\n1 /docs/s/b.md\n")
	check("else", "1 /docs/a.txt\n")

	if err := w.Remove("/docs/s/b.md"); err != nil {
		t.Fatal(err)
	}
	handle(w.Event(wake.Remove, "/docs/s/b.md"))
	check("garten", "")

	if err := w.Rename("/docs/raw.txt", "/docs/new.txt"); err != nil {
		t.Fatal(err)
	}
	e := w.Event(wake.Rename, "/docs/new.txt")
	e.OldPath = "/docs/raw.txt"
	handle(e)
	check("garden", "3 /docs/new.txt\n")

	if err := w.Rename("/docs/new.txt", "/elsewhere.txt"); err != nil {
		t.Fatal(err)
	}
	e = w.Event(wake.Rename, "/elsewhere.txt")
	e.OldPath = "/docs/new.txt"
	handle(e)
	check("garden", "")
}
