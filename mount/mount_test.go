package mount

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	gofuse "github.com/hanwen/go-fuse/v2/fuse"

	"github.com/wakefs/wakefs/fs"
)

// TestErrno: every kind of error has an errno; those that a caller can do nothing about are EIO.
func TestErrno(t *testing.T) {
	m := &Mount{log: slog.New(slog.DiscardHandler)}
	eio := map[fs.Kind]bool{fs.KindOther: true, fs.KindCorrupt: true, fs.KindUnavailable: true, fs.KindNotLeader: true}
	for k := fs.KindOther; k < fs.KindLast; k++ {
		st := m.status("test", 1, fs.E("op", k, "", nil))
		if st == gofuse.OK || (st == gofuse.EIO) != eio[k] {
			t.Errorf("%v is %v", k, st)
		}
	}
	if st := m.status("test", 1, errors.New("unknown")); st != gofuse.EIO {
		t.Errorf("an unknown error is %v", st)
	}
	if st := m.status("test", 1, fs.E("outer", fs.KindNoSpace, "", errors.New("x"))); st != gofuse.Status(syscall.ENOSPC) {
		t.Errorf("a full disk is %v", st)
	}
}

func TestTimes(t *testing.T) {
	for _, ns := range []int64{0, 1, 999_999_999, 1_000_000_000, -1, -1_000_000_000, -1_500_000_000, 1 << 62} {
		sec, nsec := split(ns)
		if nsec >= 1e9 || join(sec, nsec) != ns {
			t.Errorf("%d ns is %d s %d ns, and back %d", ns, int64(sec), nsec, join(sec, nsec))
		}
	}
}

// TestTold: the kernel's pages are kept while the content is what it last opened, and attributes that it
// may have from before a change are found.
func TestTold(t *testing.T) {
	m := &told{}
	a := fs.Attr{Ino: 5, Version: 10, DataVersion: 8}
	m.attr(&a)
	if stale, keep := m.open(&a); stale || keep {
		t.Errorf("first open: stale %v, keep %v", stale, keep)
	}
	if stale, keep := m.open(&a); stale || !keep {
		t.Errorf("second open of the same: stale %v, keep %v", stale, keep)
	}
	a.Version, a.DataVersion = 12, 12 // another session has written
	if stale, keep := m.open(&a); !stale || keep {
		t.Errorf("open after a change: stale %v, keep %v", stale, keep)
	}
	a.Version = 13 // a chmod
	if stale, keep := m.open(&a); !stale || !keep {
		t.Errorf("open after a chmod: stale %v, keep %v", stale, keep)
	}
	other := fs.Attr{Ino: 5 + fs.Ino(len(m.places)), Version: 1, DataVersion: 1} // takes the place
	m.attr(&other)
	if stale, keep := m.open(&a); !stale || keep {
		t.Errorf("open of a forgotten one: stale %v, keep %v", stale, keep)
	}
}

func TestLockTable(t *testing.T) {
	var l lockTable
	l.note(1, owner{7, false}, 100)
	l.note(1, owner{8, true}, 100)
	l.note(1, owner{7, false}, 101) // once more, through another handle
	if got := l.through(1, 100); len(got) != 1 || got[0] != (owner{8, true}) {
		t.Errorf("through 100: %v", got)
	}
	if !l.forget(1, owner{7, false}) || l.forget(1, owner{7, false}) || l.forget(2, owner{7, false}) {
		t.Error("an owner is forgotten once")
	}
	if !l.forget(1, owner{8, true}) || len(l.m) != 0 {
		t.Errorf("the table keeps %v", l.m)
	}
}

// TestChangeQueue: each change is told once, and nothing after the end.
func TestChangeQueue(t *testing.T) {
	var q changeQueue
	q.init()
	q.add(fs.Change{Ino: 1})
	q.add(fs.Change{Ino: 1})
	q.add(fs.Change{Parent: 1, Name: "x"})
	<-q.wake
	if got := q.take(); len(got) != 2 {
		t.Errorf("%v", got)
	}
	q.close()
	q.add(fs.Change{Ino: 2})
	if _, open := <-q.wake; open || len(q.take()) != 0 {
		t.Error("a closed queue takes changes")
	}
}

// TestCheck: what is wrong with a mount point is said with what to do.
func TestCheck(t *testing.T) {
	if _, err := os.Stat("/dev/fuse"); err != nil {
		t.Skip("there is no /dev/fuse here")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(dir, "empty")
	if err := os.Mkdir(empty, 0o755); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "none"): "mkdir -p", file: "not a directory", dir: "not empty", "/proc": "umount", empty: "",
	} {
		err := check(path)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}
