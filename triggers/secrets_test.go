package triggers

import (
	"errors"
	"fmt"
	iofs "io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/wakefs/wakefs/fs/disk"
)

func openSecrets(t *testing.T, path string) *Secrets {
	t.Helper()
	dir, err := disk.OpenReal(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { dir.Close() })
	s, err := OpenSecrets(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSecrets(t *testing.T) {
	path, at := t.TempDir(), time.Unix(1e9, 0).UTC()
	s := openSecrets(t, path)
	if err := s.Set("key", "first value", 1000, at); err != nil {
		t.Fatal(err)
	}
	if v, err := s.tell("key", 1000); v != "first value" || err != nil {
		t.Errorf("%q, %v", v, err)
	}
	if err := s.Set("key", "second value", 1000, at); err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][2]string{{"key", "short"}, {"a/b", "long enough"}, {"key", "\xff\xfe not text"}, {"key", strings.Repeat("x", maxSecret+1)}} {
		if err := s.Set(bad[0], bad[1], 0, at); err == nil || strings.Contains(err.Error(), bad[1]) {
			t.Errorf("%.20q: %v", bad, err)
		}
	}
	info, err := os.Stat(path + "/" + secretsFile)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}

	s2 := openSecrets(t, path)
	if list := fmt.Sprint(s2.List()); list != "[{key 1000 "+at.String()+"}]" {
		t.Error(list)
	}
	for owner, ok := range map[uint32]bool{0: true, 1000: true, 1001: false} {
		v, err := s2.tell("key", owner)
		if ok != (err == nil) || ok && v != "second value" || !ok && !errors.Is(err, iofs.ErrPermission) {
			t.Errorf("told uid %d %q, %v", owner, v, err)
		}
	}
	if _, err := s2.tell("none", 0); !errors.Is(err, iofs.ErrNotExist) || !strings.Contains(err.Error(), "`wakefs secret set none`") {
		t.Error(err)
	}
	if err := errors.Join(s2.Remove("key"), openSecrets(t, path).Remove("key")); err == nil || len(s2.List()) != 0 {
		t.Errorf("removed twice: %v", err)
	}
	// A worker that was told the first value may still have it in a variable.
	if got := s.veil([]string{"key"}).hide("was first value"); got != "was ***" {
		t.Error(got)
	}
}

func TestVeil(t *testing.T) {
	s := openSecrets(t, t.TempDir())
	for name, value := range map[string]string{"a": "password", "b": "password-2", "pem": "--BEGIN--\nabcdefghij\nxyz\n--END--"} {
		if err := s.Set(name, value, 0, time.Time{}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.tell(name, 0); err != nil {
			t.Fatal(err)
		}
	}
	v := s.veil([]string{"a", "b", "pem"})
	for text, want := range map[string]string{
		"nothing":                                 "nothing",
		"password":                                "***",
		"password-2 and password":                 "*** and ***",
		"passwor":                                 "passwor",
		"line abcdefghij.":                        "line ***.",
		"the end is passwor" + cuts[0]:            "the end is ***" + cuts[0],
		"the end is password-" + cuts[1]:          "the end is ******" + cuts[1],
		"the end is nothing of it?" + cuts[1]:     "the end is nothing of it?" + cuts[1],
		"--BEGIN--\nabcdefghij\nxyz\n--END-- and": "*** and",
	} {
		if got := v.hide(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := s.veil([]string{"b"}).hide("password"); got != "password" {
		t.Errorf("a secret that the script does not have hides %q", got)
	}
}
