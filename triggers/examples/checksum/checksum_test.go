package checksum

import (
	"testing"

	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

const (
	sumHello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
	sumEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

func TestHandle(t *testing.T) {
	w := waketest.New(t, map[string]string{"/data/x/b": "hello", "/data/x/a": "", "/data/c": "hello"})
	handle := func(e wake.Event) {
		t.Helper()
		if err := Handle(w.Context, e); err != nil {
			t.Fatal(err)
		}
	}
	check := func(file, want string) {
		t.Helper()
		if got := w.Files()[file]; got != want {
			t.Errorf("%s:\n%swant:\n%s", file, got, want)
		}
	}
	handle(w.Arrive("/data/x/b"))
	handle(w.Arrive("/data/x/a"))
	handle(w.Arrive("/data/c"))
	check("/data/x/SHA256SUMS", sumEmpty+"  a\n"+sumHello+"  b\n")
	check("/data/SHA256SUMS", sumHello+"  c\n")

	if err := w.Remove("/data/x/b"); err != nil {
		t.Fatal(err)
	}
	handle(w.Event(wake.Remove, "/data/x/b"))
	check("/data/x/SHA256SUMS", sumEmpty+"  a\n")

	if err := w.Rename("/data/x/a", "/data/y/z"); err != nil {
		t.Fatal(err)
	}
	e := w.Event(wake.Rename, "/data/y/z")
	e.OldPath = "/data/x/a"
	handle(e)
	check("/data/x/SHA256SUMS", "")
	check("/data/y/SHA256SUMS", sumEmpty+"  z\n")
}
