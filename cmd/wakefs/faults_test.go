package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestDiskVanishes: a disk's folder goes away while the node runs; neither reads nor writes fail, and
// when it comes back everything is made whole again.
func TestDiskVanishes(t *testing.T) {
	n := startNode(t)
	big := bytes.Repeat([]byte("0123456789abcdef"), 1<<19) // 8 MiB: two stripes
	if err := os.WriteFile(n.path("before"), big, 0o644); err != nil {
		t.Fatal(err)
	}
	away := filepath.Join(n.dir, "away")
	if err := os.Rename(filepath.Join(n.data, "disks/1"), away); err != nil {
		t.Fatal(err)
	}
	dropCaches(t)
	check := func(name string) {
		t.Helper()
		b, err := os.ReadFile(n.path(name))
		if err != nil || !bytes.Equal(b, big) {
			t.Fatalf("reading %s: %v, %d bytes", name, err, len(b))
		}
	}
	check("before")
	for i := range 4 {
		if err := os.WriteFile(n.path(fmt.Sprint("during", i)), big, 0o644); err != nil {
			t.Fatalf("writing with a disk gone: %v", err)
		}
	}
	dropCaches(t)
	check("during0")
	n.eventually("status tells of the failed disk", func() error {
		if out := n.ok("status"); !strings.Contains(out, "FAILED") {
			return errors.New(out)
		}
		return nil
	})
	if _, _, code := n.run("fsck"); code != exitDamaged {
		t.Errorf("fsck with a disk gone: exit %d, want %d", code, exitDamaged)
	}
	n.stop()
	// It was only unplugged.
	if err := os.Rename(away, filepath.Join(n.data, "disks/1")); err != nil {
		t.Fatal(err)
	}
	n.start()
	check("before")
	check("during3")
	n.eventually("everything is whole again", func() error {
		out, _, code := n.run("fsck")
		if code != 0 {
			return errors.New(out)
		}
		return nil
	})
	n.stop()
}

// TestDiskReplaced: a disk is lost for good and an empty folder takes its place.
func TestDiskReplaced(t *testing.T) {
	n := startNode(t)
	big := bytes.Repeat([]byte("wakefs!!"), 1<<20)
	if err := os.WriteFile(n.path("f"), big, 0o644); err != nil {
		t.Fatal(err)
	}
	n.stop()
	if err := os.RemoveAll(filepath.Join(n.data, "disks/2")); err != nil {
		t.Fatal(err)
	}
	n.start() // runs without it
	if b, err := os.ReadFile(n.path("f")); err != nil || !bytes.Equal(b, big) {
		t.Fatalf("reading with a disk lost: %v", err)
	}
	n.stop()
	n.flags = append(n.flags, "--replace-disks")
	n.start()
	n.eventually("the lost shards are rebuilt on the new disk", func() error {
		out, _, code := n.run("fsck")
		if code != 0 {
			return errors.New(out)
		}
		return nil
	})
	// Now another one may go.
	if err := os.RemoveAll(filepath.Join(n.data, "disks/0")); err != nil {
		t.Fatal(err)
	}
	dropCaches(t)
	if b, err := os.ReadFile(n.path("f")); err != nil || !bytes.Equal(b, big) {
		t.Fatalf("reading after the rebuild with another disk lost: %v", err)
	}
	n.stop()
}

// TestRot: flipped bits on a disk are never returned, are found by fsck, and are repaired.
func TestRot(t *testing.T) {
	n := startNode(t)
	big := bytes.Repeat([]byte("rot-rot-"), 1<<20)
	if err := os.WriteFile(n.path("f"), big, 0o644); err != nil {
		t.Fatal(err)
	}
	segments, err := filepath.Glob(filepath.Join(n.data, "disks/0/*"))
	if err != nil {
		t.Fatal(err)
	}
	flipped := 0
	for _, s := range segments {
		flipped += flip(t, s, []byte("rot-rot-"))
	}
	if flipped == 0 {
		t.Fatalf("no shard found in %v", segments)
	}
	dropCaches(t)
	b, err := os.ReadFile(n.path("f"))
	if err != nil || !bytes.Equal(b, big) {
		t.Fatalf("rotten bytes were returned, or: %v", err)
	}
	n.eventually("the rot is repaired", func() error {
		out, _, code := n.run("fsck", "--repair")
		if code != 0 {
			return errors.New(out)
		}
		return nil
	})
	if out := n.ok("fsck"); !strings.Contains(out, "clean") {
		t.Errorf("after the repair: %s", out)
	}
	n.stop()
}

// flip changes one byte in the first occurrences of a pattern in a file, a MiB apart.
func flip(t *testing.T, path string, pattern []byte) int {
	t.Helper()
	st, err := os.Stat(path)
	if err != nil || !st.Mode().IsRegular() {
		return 0
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // the writes are checked
	n := 0
	buf := make([]byte, 1<<20)
	for off := int64(0); off < st.Size(); off += int64(len(buf)) {
		got, _ := f.ReadAt(buf, off) // the last part is short
		if i := bytes.Index(buf[:got], pattern); i >= 0 {
			if _, err := f.WriteAt([]byte("R"), off+int64(i)); err != nil {
				t.Fatal(err)
			}
			n++
		}
	}
	return n
}

// TestDiskFull: a full disk is ENOSPC at the close or before, never half a file that claims to be whole; reads
// go on, and room made is room again.
func TestDiskFull(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root to mount a small disk")
	}
	n := newNode(t)
	for i := range 3 {
		d := filepath.Join(n.dir, fmt.Sprint("small", i))
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := unix.Mount("tmpfs", d, "tmpfs", 0, "size=48m"); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = unix.Unmount(d, unix.MNT_DETACH) })
		n.flags = append(n.flags, "--disk", d)
	}
	n.start()
	t.Cleanup(n.kill) // before the disks go
	chunk := bytes.Repeat([]byte("x"), 1<<20)
	write := func(name string) error {
		f, err := os.Create(n.path(name))
		if err != nil {
			return err
		}
		for range 4 {
			if _, err := f.Write(chunk); err != nil {
				_ = f.Close()
				return err
			}
		}
		return f.Close()
	}
	good := 0
	var err error
	for ; good < 100; good++ {
		if err = write(fmt.Sprint("f", good)); err != nil {
			break
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("after %d files of 4 MiB on 3 disks of 48 MiB: %v, want ENOSPC", good, err)
	}
	if good < 5 {
		t.Errorf("only %d files of 4 MiB fit", good)
	}
	dropCaches(t)
	for i := range good {
		if b, err := os.ReadFile(n.path(fmt.Sprint("f", i))); err != nil || len(b) != 4<<20 || b[len(b)-1] != 'x' {
			t.Fatalf("f%d on a full disk: %d bytes, %v", i, len(b), err)
		}
	}
	for i := range good {
		if err := os.Remove(n.path(fmt.Sprint("f", i))); err != nil {
			t.Fatal(err)
		}
	}
	n.eventually("room that was made can be written", func() error { return write("again") })
	n.stop()
}

func dropCaches(t *testing.T) {
	t.Helper()
	unix.Sync()
	if err := os.WriteFile("/proc/sys/vm/drop_caches", []byte("3"), 0); err != nil {
		t.Logf("caches stay warm: %v", err)
	}
}

// TestRefusals: bad input is refused in words, with the exit code of the help, and nothing is lost.
func TestRefusals(t *testing.T) {
	n := startNode(t)
	n.write("keep", "kept")
	other := t.TempDir()
	file := filepath.Join(other, "file")
	full := filepath.Join(other, "full")
	if err := errors.Join(os.WriteFile(file, nil, 0o644), os.Mkdir(full, 0o755), os.WriteFile(filepath.Join(full, "x"), nil, 0o644), os.Mkdir(filepath.Join(other, "m"), 0o755)); err != nil {
		t.Fatal(err)
	}
	newer := filepath.Join(other, "newer")
	if err := errors.Join(os.Mkdir(newer, 0o755), os.WriteFile(filepath.Join(newer, layoutFile), []byte(`{"version": 99}`), 0o644)); err != nil {
		t.Fatal(err)
	}
	fresh := filepath.Join(other, "fresh")
	for _, c := range []struct {
		args []string
		code int
		want string // in what it says
	}{
		{[]string{"up", "--data", n.data}, exitFailed, fmt.Sprint(n.cmd.Process.Pid)},
		{[]string{"up", "--data", fresh, "--mount", filepath.Join(other, "none")}, exitFailed, "mkdir -p"},
		{[]string{"up", "--data", fresh, "--mount", file}, exitFailed, "not a directory"},
		{[]string{"up", "--data", fresh, "--mount", full}, exitFailed, "not empty"},
		{[]string{"up", "--data", fresh, "--mount", n.mnt}, exitFailed, "mounted there already"},
		{[]string{"up", "--data", filepath.Join(other, "m", "data"), "--mount", filepath.Join(other, "m")}, exitUsage, "below the mount point"},
		{[]string{"up", "--data", newer}, exitFailed, "newer wakefs"},
		{[]string{"up", "--data", fresh, "--disks", "0"}, exitUsage, "--disks 0"},
		{[]string{"up", "--data", fresh, "--disk", other, "--disk", other}, exitUsage, "given twice"},
		{[]string{"up", "--data", fresh, "--listen", "0.0.0.0:7400"}, exitUsage, "loopback"},
		{[]string{"up", "--data", fresh, "--allow-http", "example.com"}, exitUsage, "such as https://"},
		{[]string{"secret", "set", "a/b", "--data", n.data}, exitUsage, "is not the name of a secret"},
		{[]string{"secret", "rm", "none", "--data", n.data}, exitFailed, "wakefs secret list"},
		{[]string{"up", "--data", fresh, "--durability", "never"}, exitUsage, "--durability never"},
		{[]string{"up", "--data", fresh, "--triggers", filepath.Join(other, "none")}, exitFailed, "does not exist"},
		{[]string{"status", "--data", filepath.Join(other, "nothing")}, exitNoNode, "wakefs up --data"},
		{[]string{"trigger", "show", "nobody", "--data", n.data}, exitFailed, "wakefs trigger list"},
		{[]string{"trigger", "retry", "--data", n.data}, exitUsage, "--help"},
		{[]string{"trigger", "drop", "x", "seven", "--data", n.data}, exitUsage, "seven"},
		{[]string{"trigger", "rollback", "nobody", "--data", n.data}, exitFailed, "no function of that name"},
		{[]string{"frobnicate"}, exitUsage, "wakefs help"},
		{[]string{"status", "--nonsense"}, exitUsage, "--help"},
	} {
		_, stderr, code := runWakefs(t, c.args...)
		if code != c.code || !strings.Contains(stderr, c.want) {
			t.Errorf("wakefs %s: exit %d, want %d with %q:\n%s", strings.Join(c.args, " "), code, c.code, c.want, stderr)
		}
	}
	n.expect("keep", "kept")
	n.stop()
	// A directory that a disk of another node is on.
	if _, stderr, code := runWakefs(t, "up", "--data", fresh, "--disk", filepath.Join(n.data, "meta")); code == 0 {
		t.Errorf("a folder with foreign files was taken as a disk: %s", stderr)
	}
}

// TestNoFuse: without /dev/fuse the node says what is missing.
func TestNoFuse(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root to hide /dev/fuse")
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "mnt"), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", "-m", "sh", "-c", `mount -t tmpfs none /dev && exec "$0" up --data "$1/data" --mount "$1/mnt" 2>&1`, "/proc/self/exe", dir)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Args[5] = exe
	cmd.Env = append(os.Environ(), beWakefs+"=1")
	out, err := cmd.Output()
	if err == nil || !strings.Contains(string(out), "modprobe fuse") {
		t.Errorf("%v\n%s", err, out)
	}
}
