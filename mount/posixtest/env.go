package posixtest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const (
	kib = 1 << 10
	mib = 1 << 20
	gib = 1 << 30
	tib = 1 << 40

	// stripe is where a striped filesystem such as ours changes from one unit of storage to the next.
	stripe = 4 * mib

	// patience bounds every wait for something that must happen; nothing is judged by how fast it is.
	patience = 60 * time.Second
)

// env is what a case works with: the test and an empty directory. Its helpers end the case when a call does not do what
// it must.
type env struct {
	*testing.T
	dir  string
	opts Options
}

// p returns the absolute path of name in the directory of the case.
func (c *env) p(name string) string { return c.dir + "/" + name }

func (c *env) ok(err error) {
	c.Helper()
	if err != nil {
		c.Fatalf("unexpected error: %v", err)
	}
}

// fails demands that err is the one errno or one of several that POSIX allows.
func (c *env) fails(err error, want ...unix.Errno) {
	c.Helper()
	for _, w := range want {
		if errors.Is(err, w) {
			return
		}
	}
	if err == nil {
		c.Fatalf("succeeded; must fail with %s", errnoNames(want))
	}
	c.Fatalf("failed with %v; must fail with %s", err, errnoNames(want))
}

func errnoNames(list []unix.Errno) string {
	s := ""
	for i, e := range list {
		if i > 0 {
			s += " or "
		}
		s += unix.ErrnoName(e)
	}
	return s
}

// lacks ends the case because the filesystem has no such feature: a skip, or a failure if everything is demanded.
func (c *env) lacks(feature string) {
	c.Helper()
	if c.opts.Full {
		c.Fatalf("%s not supported, and Options.Full demands it", feature)
	}
	c.Skipf("%s not supported here", feature)
}

// want compares two values.
func want[V comparable](c *env, what string, got, expected V) {
	c.Helper()
	if got != expected {
		c.Fatalf("%s is %v; must be %v", what, got, expected)
	}
}

// wantBytes compares contents and names the first difference instead of printing megabytes.
func (c *env) wantBytes(what string, got, expected []byte) {
	c.Helper()
	if diff := firstDifference(got, expected); diff != "" {
		c.Fatalf("%s: %s", what, diff)
	}
}

func firstDifference(got, expected []byte) string {
	if bytes.Equal(got, expected) {
		return ""
	}
	for i := range min(len(got), len(expected)) {
		if got[i] != expected[i] {
			return fmt.Sprintf("byte %d of %d is %#02x; must be %#02x", i, len(got), got[i], expected[i])
		}
	}
	return fmt.Sprintf("has %d bytes; must have %d", len(got), len(expected))
}

// file creates name with content and mode 0644 and returns its path.
func (c *env) file(name, content string) string {
	c.Helper()
	path := c.p(name)
	c.ok(os.WriteFile(path, []byte(content), 0o644))
	c.ok(os.Chmod(path, 0o644))
	return path
}

// mkdir creates a directory with mode 0755 and returns its path.
func (c *env) mkdir(name string) string {
	c.Helper()
	path := c.p(name)
	c.ok(unix.Mkdir(path, 0o755))
	c.ok(os.Chmod(path, 0o755))
	return path
}

func (c *env) content(path string) []byte {
	c.Helper()
	b, err := os.ReadFile(path)
	c.ok(err)
	return b
}

func (c *env) wantContent(path string, expected string) {
	c.Helper()
	c.wantBytes(filepath.Base(path), c.content(path), []byte(expected))
}

func (c *env) stat(path string) unix.Stat_t {
	c.Helper()
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		c.Fatalf("stat %q: %v", filepath.Base(path), err)
	}
	return st
}

func (c *env) lstat(path string) unix.Stat_t {
	c.Helper()
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		c.Fatalf("lstat %q: %v", filepath.Base(path), err)
	}
	return st
}

func (c *env) absent(path string) {
	c.Helper()
	var st unix.Stat_t
	c.fails(unix.Lstat(path, &st), unix.ENOENT)
}

// perm returns the permission, set-ID and sticky bits of path.
func (c *env) perm(path string) uint32 { c.Helper(); return c.stat(path).Mode & 0o7777 }

// nlink returns the link count of path.
func (c *env) nlink(path string) uint64 { c.Helper(); return uint64(c.lstat(path).Nlink) }

// eventually polls until cond holds.
func (c *env) eventually(what string, cond func() bool) {
	c.Helper()
	for deadline := time.Now().Add(patience); !cond(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			c.Fatalf("waited %v in vain: %s", patience, what)
		}
	}
}

// random returns the source of a randomised case: fixed unless WAKEFS_SEED says otherwise, and printed either way.
func (c *env) random() *rand.Rand {
	seed := uint64(1)
	if s := os.Getenv("WAKEFS_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		c.ok(err)
		seed = n
	}
	c.Logf("seed %d; rerun with WAKEFS_SEED=%d go test -run '%s'", seed, seed, c.Name())
	return rand.New(rand.NewPCG(seed, 0))
}

// pattern returns n bytes that differ from those of every other seed and of every other offset, and are never zero, so
// that bytes in the wrong place, of the wrong file or from a hole are noticed. A shorter pattern is the start of a longer one.
func pattern(seed, n int) []byte {
	const word = 8 // eight bytes at a time: under the race detector every access costs
	b := make([]byte, (n+word-1)/word*word)
	x := uint64(seed)*0x9e3779b97f4a7c15 + 1
	for i := 0; i < len(b); i += word {
		x = x*6364136223846793005 + 1442695040888963407 // the LCG of Knuth's MMIX
		binary.LittleEndian.PutUint64(b[i:], (x^x>>29)|0x0101010101010101)
	}
	return b[:n:n]
}

// fd is an open file that the case closes at its end at the latest.
type fd struct {
	c  *env
	n  int
	up bool
}

// open opens path with mode 0644 for what it creates.
func (c *env) open(path string, flags int) *fd {
	c.Helper()
	n, err := unix.Open(path, flags|unix.O_CLOEXEC, 0o644)
	if err != nil {
		c.Fatalf("open %q with flags %#o: %v", filepath.Base(path), flags, err)
	}
	return c.adopt(n)
}

func (c *env) adopt(n int) *fd {
	f := &fd{c: c, n: n, up: true}
	c.Cleanup(func() {
		if f.up {
			unix.Close(f.n)
		}
	})
	return f
}

// create opens a new file for reading and writing.
func (c *env) create(name string) *fd {
	c.Helper()
	return c.open(c.p(name), unix.O_RDWR|unix.O_CREAT|unix.O_EXCL)
}

// openErr is what opening path fails with, or nil.
func openErr(path string, flags int) error {
	n, err := unix.Open(path, flags|unix.O_CLOEXEC, 0o644)
	if err == nil {
		unix.Close(n)
	}
	return err
}

func (f *fd) close() {
	f.c.Helper()
	f.up = false
	f.c.ok(unix.Close(f.n))
}

// pwrite writes all of b at off.
func (f *fd) pwrite(b []byte, off int64) {
	f.c.Helper()
	for done := 0; done < len(b); {
		n, err := unix.Pwrite(f.n, b[done:], off+int64(done))
		f.c.ok(err)
		if n == 0 {
			f.c.Fatalf("pwrite wrote nothing and gave no error")
		}
		done += n
	}
}

// write writes all of b at the file's position.
func (f *fd) write(b []byte) {
	f.c.Helper()
	for len(b) > 0 {
		n, err := unix.Write(f.n, b)
		f.c.ok(err)
		b = b[n:]
	}
}

// pread reads up to n bytes at off and ends early only at the end of the file.
func (f *fd) pread(n int, off int64) []byte {
	f.c.Helper()
	b := make([]byte, n)
	done := 0
	for done < n {
		k, err := unix.Pread(f.n, b[done:], off+int64(done))
		f.c.ok(err)
		if k == 0 {
			break
		}
		done += k
	}
	return b[:done]
}

func (f *fd) stat() unix.Stat_t {
	f.c.Helper()
	var st unix.Stat_t
	f.c.ok(unix.Fstat(f.n, &st))
	return st
}

func (f *fd) size() int64 { f.c.Helper(); return f.stat().Size }

func (f *fd) truncate(size int64) {
	f.c.Helper()
	f.c.ok(unix.Ftruncate(f.n, size))
}

func (f *fd) seek(off int64, whence int) int64 {
	f.c.Helper()
	n, err := unix.Seek(f.n, off, whence)
	f.c.ok(err)
	return n
}
