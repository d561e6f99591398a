package quarantine

import (
	"strings"
	"testing"

	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

// hashHello is the SHA-256 of "hello".
const hashHello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

func TestHandle(t *testing.T) {
	w := waketest.New(t, map[string]string{
		"/quarantine/hashes.txt": "# bad\n" + strings.ToUpper(hashHello) + "  Greeting.A\n",
		"/home/ada/bad.exe":      "hello", "/home/ada/good.txt": "hello!",
	})
	for _, name := range []string{"/home/ada/bad.exe", "/home/ada/good.txt", "/home/ada/gone"} {
		if err := Handle(w.Context, w.Arrive(name)); err != nil {
			t.Fatal(err)
		}
	}
	if w.Exists("/home/ada/bad.exe") || !w.Exists("/home/ada/good.txt") {
		t.Error("the wrong file was moved", w.Files())
	}
	moved, err := w.Glob("/quarantine/" + hashHello + "/*/*")
	if err != nil || len(moved) != 2 {
		t.Fatalf("%q, %v", moved, err)
	}
	info, err := w.Stat(moved[0])
	if err != nil || info.Mode().Perm() != 0o600 || w.Read(moved[0]) != "hello" {
		t.Errorf("%s, %v", info, err)
	}
	if note := w.Read(moved[1]); !strings.Contains(note, "was /home/ada/bad.exe") || !strings.Contains(note, "Greeting.A") {
		t.Error(note)
	}
}

func TestNoList(t *testing.T) {
	w := waketest.New(t, map[string]string{"/a": "hello"})
	if err := Handle(w.Context, w.Arrive("/a")); err != nil || !w.Exists("/a") {
		t.Error(err, w.Files())
	}
}
