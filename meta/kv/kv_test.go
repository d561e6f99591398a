package kv

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"sort"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"
)

// TestMain fixes the seed of the randomised tests, so that a run is like the last;
// WAKEFS_SEED sets another.
func TestMain(m *testing.M) {
	flag.Parse()
	seed := "1"
	if s := os.Getenv("WAKEFS_SEED"); s != "" {
		seed = s
	}
	for name, value := range map[string]string{"seed": seed, "steps": "50", "checks": "70", "nofailfile": "true"} {
		if f := flag.Lookup("rapid." + name); f.Value.String() == f.DefValue {
			if err := f.Value.Set(value); err != nil {
				panic(err)
			}
		}
	}
	fmt.Printf("random tests: rerun with WAKEFS_SEED=%s\n", flag.Lookup("rapid.seed").Value)
	os.Exit(m.Run())
}

// model is what every view has to agree with.
type model map[string]string

func (m model) scan(lo, hi []byte, reverse bool) []string {
	var keys []string
	for k := range m {
		if bytes.Compare([]byte(k), lo) >= 0 && (hi == nil || k < string(hi)) {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	if reverse {
		for i, j := 0, len(keys)-1; i < j; i, j = i+1, j-1 {
			keys[i], keys[j] = keys[j], keys[i]
		}
	}
	for i, k := range keys {
		keys[i] = k + "=" + m[k]
	}
	return keys
}

// view is a View under test. Settle moves its changes one layer down, where it has layers.
type view struct {
	name   string
	v      View
	settle func()
}

func openMem(t testing.TB, o Options) *Pebble {
	t.Helper()
	if o.FS == nil {
		o.FS = vfs.NewMem()
	}
	p, err := OpenPebble("db", o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func views(t testing.TB) ([]view, func()) {
	base := NewMem()
	over := NewOverlay(base)
	p := openMem(t, Options{MemTable: 256 << 10, BlockCache: 1 << 20, Values: 2 << 10})
	q := openMem(t, Options{Values: -1})
	batch, under := p.NewBatch(), q.NewBatch()
	stacked := NewOverlay(under)
	list := []view{
		{"mem", NewMem(), func() {}},
		{"overlay", over, func() { over.Flush(base); over.Reset() }},
		{"batch", batch, func() {
			if err := p.Commit(batch); err != nil {
				t.Fatal(err)
			}
		}},
		{"overlay over a batch", stacked, func() { stacked.Flush(under); stacked.Reset() }},
	}
	return list, func() {
		if err := errors.Join(p.Close(), q.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestViewsAreOneModel does the same to all views and to a map, and compares what they read.
func TestViewsAreOneModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		list, closeAll := views(t)
		defer closeAll()
		m := model{}
		// Few letters, so that keys are prefixes of each other and are met again.
		key := rapid.Custom(func(t *rapid.T) []byte {
			return []byte(rapid.StringOfN(rapid.RuneFrom([]rune("ab\x00")), 1, 4, -1).Draw(t, "key"))
		})
		rt.Repeat(map[string]func(*rapid.T){
			"set": func(t *rapid.T) {
				k, v := key.Draw(t, "k"), rapid.StringN(0, 9, -1).Draw(t, "v")
				m[string(k)] = v
				for _, x := range list {
					scratch := append([]byte(nil), k...)
					x.v.Set(scratch, []byte(v))
					scratch[0] = '!' // the view has copied it
				}
			},
			"delete": func(t *rapid.T) {
				k := key.Draw(t, "k")
				delete(m, string(k))
				for _, x := range list {
					x.v.Delete(k)
				}
			},
			"settle": func(t *rapid.T) {
				for _, x := range list {
					x.settle()
				}
			},
			"get": func(t *rapid.T) {
				k := key.Draw(t, "k")
				want, wantOK := m[string(k)]
				for _, x := range list {
					got, ok, err := x.v.Get(k)
					if err != nil || ok != wantOK || string(got) != want {
						t.Fatalf("%s: get %q = %q, %v, %v; want %q, %v", x.name, k, got, ok, err, want, wantOK)
					}
				}
			},
			"scan": func(t *rapid.T) {
				var lo, hi []byte
				if rapid.Bool().Draw(t, "from") {
					lo = key.Draw(t, "lo")
				}
				if rapid.Bool().Draw(t, "to") {
					hi = key.Draw(t, "hi")
				}
				reverse, limit := rapid.Bool().Draw(t, "reverse"), rapid.IntRange(1, 50).Draw(t, "limit")
				want := m.scan(lo, hi, reverse)
				want = want[:min(limit, len(want))]
				for _, x := range list {
					if got := collect(t, x.v, lo, hi, reverse, limit); fmt.Sprint(got) != fmt.Sprint(want) {
						t.Fatalf("%s: scan [%q, %q) reverse %v: %q, want %q", x.name, lo, hi, reverse, got, want)
					}
				}
			},
		})
	})
}

func collect(t rapid.TB, r Reader, lo, hi []byte, reverse bool, limit int) []string {
	var got []string
	err := r.Scan(lo, hi, reverse, func(k, v []byte) bool {
		got = append(got, string(k)+"="+string(v))
		return len(got) < limit
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestTableLarge holds the two-level table to a map when it has many runs.
func TestTableLarge(t *testing.T) {
	for name, step := range map[string]int{"ascending": 1, "descending": -1, "scattered": 7919} {
		t.Run(name, func(t *testing.T) {
			const n = 20011 // prime, so that every step visits all
			v, m := NewMem(), model{}
			for i := range n {
				k := fmt.Sprintf("%06d", ((i*step)%n+n)%n)
				v.Set([]byte(k), []byte{byte(i)})
				m[k] = string([]byte{byte(i)})
			}
			for i := 0; i < n; i += 3 {
				k := fmt.Sprintf("%06d", i)
				v.Delete([]byte(k))
				delete(m, k)
			}
			if v.Len() != len(m) {
				t.Fatalf("%d keys, want %d", v.Len(), len(m))
			}
			for _, reverse := range []bool{false, true} {
				got, want := collect(t, v, []byte("000100"), []byte("019000"), reverse, n), m.scan([]byte("000100"), []byte("019000"), reverse)
				if fmt.Sprint(got) != fmt.Sprint(want) {
					t.Fatalf("reverse %v: the scan differs", reverse)
				}
			}
		})
	}
}

func TestOverlayChanges(t *testing.T) {
	base := NewMem()
	base.Set([]byte("a"), []byte("1"))
	base.Set([]byte("b"), []byte("2"))
	o := NewOverlay(base)
	o.Delete([]byte("a"))
	o.Set([]byte("c"), []byte("3"))
	o.Set([]byte("c"), []byte("4"))
	var got []string
	o.Changes(func(k, v []byte, deleted bool) bool {
		got = append(got, fmt.Sprintf("%s=%s %v", k, v, deleted))
		return true
	})
	if want := "[a= true c=4 false]"; fmt.Sprint(got) != want {
		t.Fatalf("changes %v, want %v", got, want)
	}
	if base.Len() != 2 {
		t.Fatal("the base changed before the flush")
	}
	o.Reset()
	if _, ok, _ := o.Get([]byte("a")); !ok || o.Len() != 0 {
		t.Fatal("reset did not forget the deletion")
	}
}

func TestPrefixEnd(t *testing.T) {
	for in, want := range map[string]string{"a": "b", "a\xff": "b", "ab": "ac", "\xff\xff": "", "": ""} {
		if got := PrefixEnd([]byte(in)); string(got) != want || (got == nil) != (want == "") {
			t.Errorf("PrefixEnd(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestCrashKeepsAPrefix crashes a database in the middle of commits: what is left is the commits up to
// some point, each whole, and at least those before the last flush.
func TestCrashKeepsAPrefix(t *testing.T) {
	mem := vfs.NewCrashableMem()
	p := openMem(t, Options{FS: mem, MemTable: 64 << 10})
	const commits, flushed = 400, 150
	b := p.NewBatch()
	for i := range commits {
		for j := range 8 {
			b.Set([]byte(fmt.Sprintf("k%d.%d", i%20, j)), bytes.Repeat([]byte{byte(i), byte(i >> 8)}, 40))
		}
		b.Set([]byte("at"), []byte(fmt.Sprint(i)))
		if err := p.Commit(b); err != nil {
			t.Fatal(err)
		}
		if i == flushed {
			if err := p.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	after := mem.CrashClone(vfs.CrashCloneCfg{})
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	q := openMem(t, Options{FS: after})
	defer q.Close()
	v, ok, err := q.Get([]byte("at"))
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	var at int
	fmt.Sscan(string(v), &at)
	if at < flushed {
		t.Fatalf("commit %d is the last, %d was flushed", at, flushed)
	}
	for i := at; i > at-20; i-- {
		for j := range 8 {
			v, _, err := q.Get([]byte(fmt.Sprintf("k%d.%d", i%20, j)))
			if err != nil || !bytes.Equal(v, bytes.Repeat([]byte{byte(i), byte(i >> 8)}, 40)) {
				t.Fatalf("commit %d of %d is not whole: %v", i, at, err)
			}
		}
	}
}

func TestSnapshotAndCheckpoint(t *testing.T) {
	mem := vfs.NewMem()
	p := openMem(t, Options{FS: mem})
	b := p.NewBatch()
	put := func(v string) {
		b.Set([]byte("k"), []byte(v))
		if err := p.Commit(b); err != nil {
			t.Fatal(err)
		}
	}
	put("old")
	s := p.Snapshot()
	if err := p.Checkpoint("copy"); err != nil {
		t.Fatal(err)
	}
	put("new")
	if got := collect(t, s, nil, nil, false, 9); fmt.Sprint(got) != "[k=old]" {
		t.Fatalf("the snapshot reads %v", got)
	}
	if v, _, _ := p.Get([]byte("k")); string(v) != "new" {
		t.Fatalf("the database reads %s", v)
	}
	if err := errors.Join(s.Close(), p.Close()); err != nil {
		t.Fatal(err)
	}
	q, err := OpenPebble("copy", Options{FS: mem})
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	if got := collect(t, q, nil, nil, false, 9); fmt.Sprint(got) != "[k=old]" {
		t.Fatalf("the checkpoint reads %v", got)
	}
	if m := q.Metrics(); m.DiskBytes == 0 {
		t.Fatal("a database with content takes no disk")
	}
}

func TestErrorsAreErrIO(t *testing.T) {
	p := openMem(t, Options{})
	defer p.Close()
	if err := p.Commit(openOther(t)); !errors.Is(err, ErrIO) {
		t.Fatalf("commit of a foreign batch: %v", err)
	}
	if err := p.Checkpoint("db"); !errors.Is(err, ErrIO) {
		t.Fatalf("checkpoint over a database: %v", err)
	}
}

func openOther(t *testing.T) *Batch {
	p := openMem(t, Options{})
	t.Cleanup(func() { p.Close() })
	return p.NewBatch()
}

// TestValuesAreTheNewest reads while commits go on: a value that was committed is never followed by an older one.
func TestValuesAreTheNewest(t *testing.T) {
	p := openMem(t, Options{Values: 8 << 10}) // small: keys come and go all the time
	defer p.Close()
	const keys, rounds = 64, 300
	var wg sync.WaitGroup
	var newest [keys]atomic.Uint64
	stop := make(chan struct{})
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := 0; ; i = (i + 7) % keys {
				select {
				case <-stop:
					return
				default:
				}
				floor := newest[i].Load()
				v, _, err := p.Get(fmt.Appendf(nil, "key%d", i))
				var got uint64
				fmt.Sscan(string(v), &got)
				if err != nil || got < floor {
					t.Errorf("key %d reads %d after %d was committed: %v", i, got, floor, err)
					return
				}
			}
		}()
	}
	b := p.NewBatch()
	for r := uint64(1); r <= rounds; r++ {
		for i := range keys {
			if i%3 == int(r%3) {
				b.Set(fmt.Appendf(nil, "key%d", i), fmt.Append(nil, r))
			}
		}
		if err := p.Commit(b); err != nil {
			t.Fatal(err)
		}
		for i := range keys {
			if i%3 == int(r%3) {
				newest[i].Store(r)
			}
		}
	}
	close(stop)
	wg.Wait()
}
