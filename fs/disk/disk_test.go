package disk_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
)

func newRand(t testing.TB) *rand.Rand {
	seed := uint64(1)
	if s := os.Getenv("WAKEFS_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	t.Logf("rerun with WAKEFS_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t testing.TB, err error, k fs.Kind) {
	t.Helper()
	if err == nil || !errors.Is(err, k) {
		t.Fatalf("got %v, want %q", err, k)
	}
}

// TestConformance runs one suite against every implementation.
func TestConformance(t *testing.T) {
	for name, open := range map[string]func(t *testing.T) disk.FS{
		"Real": func(t *testing.T) disk.FS {
			r := must(disk.MakeReal(filepath.Join(t.TempDir(), "a", "b")))(t)
			t.Cleanup(func() { r.Close() })
			return r
		},
		"Mem":    func(*testing.T) disk.FS { return disk.NewMem() },
		"Faulty": func(*testing.T) disk.FS { return disk.NewFaulty(disk.NewMem()) },
	} {
		t.Run(name, func(t *testing.T) {
			for _, c := range conformance {
				t.Run(c.name, func(t *testing.T) { c.run(t, open(t)) })
			}
		})
	}
}

var conformance = []struct {
	name string
	run  func(*testing.T, disk.FS)
}{
	{"Open", testOpen}, {"Names", testNames}, {"Data", testData}, {"Vectors", testVectors},
	{"Holes", testHoles}, {"Unlinked", testUnlinked}, {"Lock", testLock}, {"WriteFile", testWriteFile},
}

func testOpen(t *testing.T, d disk.FS) {
	_, err := disk.Open(d, "a")
	wantKind(t, err, fs.KindNotFound)
	if !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("%v is not os.ErrNotExist", err)
	}
	f := must(d.OpenFile("a", disk.ReadWrite|disk.Create|disk.Exclusive))(t)
	must(f.WriteAt([]byte("hello"), 0))(t)
	check(t, f.Close())
	_, err = d.OpenFile("a", disk.ReadWrite|disk.Create|disk.Exclusive)
	wantKind(t, err, fs.KindExists)
	r := must(disk.Open(d, "a"))(t)
	if _, err := r.WriteAt([]byte("x"), 0); err == nil {
		t.Fatal("wrote through a handle opened for reading")
	}
	check(t, r.Close())
	check(t, must(disk.NewFile(d, "a"))(t).Close())
	if i := must(d.Stat("a"))(t); i.Size != 0 || i.Dir || i.Name != "a" {
		t.Fatalf("after truncation: %+v", i)
	}
	_, err = disk.NewFile(d, "no/dir/a")
	wantKind(t, err, fs.KindNotFound)
	_, err = disk.NewFile(d, "a/b")
	wantKind(t, err, fs.KindNotDir)
	_, err = disk.Open(d, "../a")
	wantKind(t, err, fs.KindInvalid)
}

func testNames(t *testing.T, d disk.FS) {
	check(t, d.MkdirAll("x/y"))
	check(t, d.MkdirAll("x/y"))
	for _, n := range []string{"x/b", "x/a", "x/y/c"} {
		check(t, disk.WriteFile(d, n, []byte(n)))
	}
	var names []string
	for _, i := range must(d.ReadDir("x"))(t) {
		names = append(names, fmt.Sprint(i.Name, i.Dir))
	}
	if got := strings.Join(names, " "); got != "afalse bfalse ytrue" {
		t.Fatalf("listed %q", got)
	}
	check(t, d.Rename("x/a", "x/b"))
	if got := must(disk.ReadFile(d, "x/b", 99))(t); string(got) != "x/a" {
		t.Fatalf("after rename: %q", got)
	}
	_, err := d.Stat("x/a")
	wantKind(t, err, fs.KindNotFound)
	check(t, d.Link("x/b", "x/d"))
	wantKind(t, d.Link("x/b", "x/d"), fs.KindExists)
	if i := must(d.Stat("x/d"))(t); i.Links != 2 {
		t.Fatalf("%d links", i.Links)
	}
	wantKind(t, d.Remove("x/y"), fs.KindNotEmpty)
	wantKind(t, d.Remove("x/nope"), fs.KindNotFound)
	check(t, d.SyncDir("x"))
	wantKind(t, d.SyncDir("nope"), fs.KindNotFound)
	check(t, disk.RemoveAll(d, "x"))
	check(t, disk.RemoveAll(d, "x"))
	if l := must(d.ReadDir("."))(t); len(l) != 0 {
		t.Fatalf("left over: %v", l)
	}
	check(t, d.Check())
	if s := must(d.Space())(t); s.Free == 0 || s.Total < s.Free {
		t.Fatalf("space %+v", s)
	}
}

func testData(t *testing.T, d disk.FS) {
	f := must(disk.NewFile(d, "f"))(t)
	defer f.Close()
	must(f.WriteAt([]byte("world"), 5))(t)
	must(f.WriteAt([]byte("hello"), 0))(t)
	check(t, f.Sync())
	b := make([]byte, 20)
	n, err := f.ReadAt(b, 0)
	if string(b[:n]) != "helloworld" || err != io.EOF {
		t.Fatalf("read %q, %v", b[:n], err)
	}
	if _, err := f.ReadAt(b, 100); err != io.EOF {
		t.Fatalf("read beyond the end: %v", err)
	}
	check(t, f.Truncate(3))
	check(t, f.Truncate(6))
	n, _ = f.ReadAt(b, 0)
	if !bytes.Equal(b[:n], []byte("hel\x00\x00\x00")) {
		t.Fatalf("after truncation %q", b[:n])
	}
	_, err = disk.ReadFile(d, "f", 5)
	wantKind(t, err, fs.KindTooBig)
}

func testVectors(t *testing.T, d disk.FS) {
	r := newRand(t)
	f := must(disk.NewFile(d, "f"))(t)
	defer f.Close()
	// More buffers than the kernel takes in one call, some of them empty.
	var bufs [][]byte
	var whole []byte
	for range 2500 {
		b := make([]byte, r.IntN(40))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		bufs = append(bufs, b)
		whole = append(whole, b...)
	}
	check(t, f.WriteV(bufs, 7))
	got := make([]byte, len(whole))
	must(f.ReadAt(got, 7))(t)
	if !bytes.Equal(got, whole) {
		t.Fatal("WriteV wrote something else")
	}
	for i := range bufs {
		bufs[i] = make([]byte, len(bufs[i]))
	}
	check(t, f.ReadV(bufs, 7))
	if !bytes.Equal(bytes.Join(bufs, nil), whole) {
		t.Fatal("ReadV read something else")
	}
	if err := f.ReadV([][]byte{make([]byte, 10), make([]byte, len(whole))}, 7); err != io.ErrUnexpectedEOF {
		t.Fatalf("ReadV beyond the end: %v", err)
	}
}

func testHoles(t *testing.T, d disk.FS) {
	f := must(disk.NewFile(d, "f"))(t)
	defer f.Close()
	check(t, f.Preallocate(0, 64<<10))
	check(t, f.Preallocate(0, 10))
	if i := must(f.Stat())(t); i.Size != 64<<10 {
		t.Fatalf("size %d after preallocation", i.Size)
	}
	data := bytes.Repeat([]byte{7}, 32<<10)
	must(f.WriteAt(data, 0))(t)
	if err := f.PunchHole(4096, 8192); err != nil {
		if errors.Is(err, fs.KindUnsupported) {
			t.Skip("the file system of the test's directory cannot punch holes")
		}
		t.Fatal(err)
	}
	got := make([]byte, 32<<10)
	must(f.ReadAt(got, 0))(t)
	clear(data[4096:12288])
	if !bytes.Equal(got, data) {
		t.Fatal("a punched hole must read as zeros and nothing else change")
	}
}

func testUnlinked(t *testing.T, d disk.FS) {
	f := must(disk.NewFile(d, "f"))(t)
	defer f.Close()
	if i := must(f.Stat())(t); i.Links != 1 {
		t.Fatalf("%d links", i.Links)
	}
	check(t, d.Remove("f"))
	if i := must(f.Stat())(t); i.Links != 0 {
		t.Fatalf("%d links after removal", i.Links)
	}
	must(f.WriteAt([]byte("x"), 0))(t)
}

func testLock(t *testing.T, d disk.FS) {
	l := must(d.Lock("LOCK"))(t)
	_, err := d.Lock("LOCK")
	wantKind(t, err, fs.KindWouldBlock)
	if _, real := d.(*disk.Real); real && !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Fatalf("%q does not name the holder", err)
	}
	check(t, l.Close())
	check(t, must(d.Lock("LOCK"))(t).Close())
}

func testWriteFile(t *testing.T, d disk.FS) {
	for _, s := range []string{"one", "two, longer", "3"} {
		check(t, disk.WriteFile(d, "f", []byte(s)))
		if got := must(disk.ReadFile(d, "f", 100))(t); string(got) != s {
			t.Fatalf("read %q, wrote %q", got, s)
		}
	}
	if l := must(d.ReadDir("."))(t); len(l) != 1 {
		t.Fatalf("left over: %v", l)
	}
}

func TestRealNoticesVanishing(t *testing.T) {
	for name, vanish := range map[string]func(string) error{
		"removed":  os.RemoveAll,
		"renamed":  func(dir string) error { return os.Rename(dir, dir+".away") },
		"replaced": func(dir string) error { return errors.Join(os.Rename(dir, dir+".away"), os.Mkdir(dir, 0o700)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "disk")
			r := must(disk.MakeReal(dir))(t)
			defer r.Close()
			check(t, r.Check())
			check(t, vanish(dir))
			wantKind(t, r.Check(), fs.KindUnavailable)
			wantKind(t, r.MkdirAll("x"), fs.KindUnavailable)
		})
	}
	_, err := disk.OpenReal(filepath.Join(t.TempDir(), "missing"))
	wantKind(t, err, fs.KindNotFound)
}

func TestMemCrash(t *testing.T) {
	m := disk.NewMem()
	f := must(disk.NewFile(m, "kept"))(t)
	must(f.WriteAt([]byte("synced"), 0))(t)
	check(t, f.Sync())
	check(t, m.SyncDir("."))
	must(f.WriteAt([]byte("forgotten"), 0))(t)
	check(t, disk.WriteFile(m, "atomic", []byte("old")))
	check(t, must(disk.NewFile(m, "unsynced name"))(t).Sync())
	must(m.Lock("LOCK"))(t)
	m.Crash(nil)
	if got := must(disk.ReadFile(m, "kept", 99))(t); string(got) != "synced" {
		t.Fatalf("kept: %q", got)
	}
	if got := must(disk.ReadFile(m, "atomic", 99))(t); string(got) != "old" {
		t.Fatalf("atomic: %q", got)
	}
	_, err := m.Stat("unsynced name")
	wantKind(t, err, fs.KindNotFound)
	if _, err := f.WriteAt([]byte("x"), 0); err == nil {
		t.Fatal("a handle outlived the crash")
	}
	check(t, must(m.Lock("LOCK"))(t).Close())
}

// TestMemCrashKeepsWhatIsSynced crashes at random and checks the bargain: synced
// sectors are there, others have their old or their new content.
func TestMemCrashKeepsWhatIsSynced(t *testing.T) {
	r := newRand(t)
	torn := false
	for range 200 {
		m := disk.NewMem()
		f := must(disk.NewFile(m, "f"))(t)
		check(t, m.SyncDir("."))
		old := bytes.Repeat([]byte{1}, 16*512)
		must(f.WriteAt(old, 0))(t)
		check(t, f.Sync())
		must(f.WriteAt(bytes.Repeat([]byte{2}, 8*512), 4*512))(t)
		m.Crash(r)
		got := must(disk.ReadFile(m, "f", 1<<20))(t)
		survived := bytes.Count(got, []byte{2})
		if len(got) != len(old) || bytes.Count(got[:2048], []byte{1}) != 2048 || survived%512 != 0 {
			t.Fatalf("synced data changed: %d bytes, %d new", len(got), survived)
		}
		torn = torn || (survived > 0 && survived < 8*512)
	}
	if !torn {
		t.Fatal("no write was ever torn")
	}
}

func TestMemCapacity(t *testing.T) {
	m := disk.NewMem()
	m.SetCapacity(1000)
	f := must(disk.NewFile(m, "f"))(t)
	must(f.WriteAt(make([]byte, 900), 0))(t)
	_, err := f.WriteAt(make([]byte, 200), 900)
	wantKind(t, err, fs.KindNoSpace)
	wantKind(t, f.Preallocate(0, 1001), fs.KindNoSpace)
	if s := must(m.Space())(t); s.Free != 100 {
		t.Fatalf("free %d", s.Free)
	}
	check(t, m.Remove("f"))
	check(t, f.Close())
	if s := must(m.Space())(t); s.Free != 1000 {
		t.Fatalf("free %d after removal", s.Free)
	}
}

func TestFaulty(t *testing.T) {
	d := disk.NewFaulty(disk.NewMem())
	f := must(disk.NewFile(d, "seg-1"))(t)
	d.Add(disk.Fault{Op: disk.OpSync, Path: "seg-*", Nth: 2, Count: 1, Err: syscall.EIO})
	check(t, f.Sync())
	if err := f.Sync(); !errors.Is(err, syscall.EIO) {
		t.Fatalf("second sync: %v", err)
	}
	check(t, f.Sync())

	must(f.WriteAt([]byte{0, 0, 0, 0}, 0))(t)
	d.Add(disk.Fault{Op: disk.OpRead, Rot: true})
	b := []byte{9, 9, 9, 9}
	must(f.ReadAt(b, 0))(t)
	if bytes.Equal(b, make([]byte, 4)) {
		t.Fatal("nothing rotted")
	}
	d.Heal()
	d.FullAfter(10)
	must(f.WriteAt(make([]byte, 10), 0))(t)
	_, err := f.WriteAt([]byte{1}, 0)
	wantKind(t, err, fs.KindNoSpace)
	wantKind(t, f.WriteV([][]byte{{1}}, 0), fs.KindNoSpace)
	wantKind(t, f.Preallocate(0, 100), fs.KindNoSpace)
}

func TestVectoredDoesNotAllocate(t *testing.T) {
	r := must(disk.MakeReal(t.TempDir()))(t)
	defer r.Close()
	f := must(disk.NewFile(r, "f"))(t)
	defer f.Close()
	bufs := [][]byte{make([]byte, 64), make([]byte, 4096), make([]byte, 4)}
	allocs := testing.AllocsPerRun(100, func() {
		if err := f.WriteV(bufs, 0); err != nil {
			t.Fatal(err)
		}
		if err := f.ReadV(bufs, 0); err != nil {
			t.Fatal(err)
		}
	})
	// The race detector makes pools drop items at random.
	if !raceEnabled && allocs > 0 {
		t.Fatalf("%v allocations", allocs)
	}
}
