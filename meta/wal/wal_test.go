package wal

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
)

// seed is fixed so that CI is reproducible; WAKEFS_SEED overrides it.
func seed(t testing.TB) *rand.Rand {
	s := uint64(1)
	if v := os.Getenv("WAKEFS_SEED"); v != "" {
		n, err := strconv.ParseUint(v, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		s = n
	}
	t.Logf("WAKEFS_SEED=%d go test -run '%s' ./meta/wal", s, t.Name())
	return rand.New(rand.NewPCG(s, 0))
}

var errPower = errors.New("the power is gone")

func open(t testing.TB, fsys disk.FS, o Options) *Log {
	t.Helper()
	l, err := Open(fsys, o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func entry(index, term uint64, size int) *raft.Log {
	l := &raft.Log{Index: index, Term: term, Type: raft.LogCommand, AppendedAt: time.Unix(0, int64(index)*7)}
	l.Data = bytes.Repeat([]byte{byte(index), byte(term)}, size)
	if index%3 == 0 {
		l.Extensions = []byte("extension")
	}
	return l
}

func same(a, b *raft.Log) bool {
	return a.Index == b.Index && a.Term == b.Term && a.Type == b.Type && bytes.Equal(a.Data, b.Data) &&
		bytes.Equal(a.Extensions, b.Extensions) && a.AppendedAt.Equal(b.AppendedAt)
}

func store(t testing.TB, l *Log, entries ...*raft.Log) {
	t.Helper()
	if err := l.StoreLogs(entries); err != nil {
		t.Fatal(err)
	}
}

// expect checks that the log has exactly want. Entries before want may be there again after a reopening.
func expect(t testing.TB, l *Log, want []*raft.Log) {
	t.Helper()
	if err := matches(l, want); err != nil {
		t.Fatal(err)
	}
}

func matches(l *Log, want []*raft.Log) error {
	first, _ := l.FirstIndex()
	last, _ := l.LastIndex()
	if len(want) == 0 {
		if first != 0 || last != 0 {
			return fmt.Errorf("log has %d to %d, want none", first, last)
		}
		return nil
	}
	if first == 0 || first > want[0].Index || last != want[len(want)-1].Index {
		return fmt.Errorf("log has %d to %d, want %d to %d", first, last, want[0].Index, want[len(want)-1].Index)
	}
	for _, w := range want {
		var got raft.Log
		if err := l.GetLog(w.Index, &got); err != nil {
			return fmt.Errorf("entry %d: %w", w.Index, err)
		}
		if !same(&got, w) {
			return fmt.Errorf("entry %d is %+v, want %+v", w.Index, got, w)
		}
	}
	return nil
}

func TestStoreReadDelete(t *testing.T) {
	fsys := disk.NewMem()
	o := Options{Segment: 4 << 10, Prepare: 1 << 10}
	l := open(t, fsys, o)
	expect(t, l, nil)
	var all []*raft.Log
	for i := uint64(10); i < 200; i += 2 {
		pair := []*raft.Log{entry(i, 1, int(i)), entry(i+1, 1, 0)}
		store(t, l, pair...)
		all = append(all, pair...)
	}
	expect(t, l, all)
	var none raft.Log
	if err := l.GetLog(9, &none); !errors.Is(err, raft.ErrLogNotFound) {
		t.Errorf("an entry before the first: %v", err)
	}
	if err := l.StoreLog(entry(300, 1, 1)); !errors.Is(err, fs.KindInvalid) {
		t.Errorf("storing a gap: %v", err)
	}
	if err := l.DeleteRange(10, 99); err != nil { // a beginning
		t.Fatal(err)
	}
	all = all[90:]
	if first, _ := l.FirstIndex(); first != 100 {
		t.Errorf("first is %d after deleting to 99", first)
	}
	expect(t, l, all)
	if err := l.DeleteRange(151, 199); err != nil { // an end
		t.Fatal(err)
	}
	all = all[:51]
	expect(t, l, all)
	store(t, l, entry(151, 2, 30), entry(152, 2, 4000))
	all = append(all, entry(151, 2, 30), entry(152, 2, 4000))
	expect(t, l, all)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, fsys, o)
	expect(t, l, all)
	if err := l.DeleteRange(1, 152); err != nil { // all of it
		t.Fatal(err)
	}
	expect(t, l, nil)
	store(t, l, entry(1000, 3, 5)) // the log of a node that got a snapshot goes on elsewhere
	expect(t, l, []*raft.Log{entry(1000, 3, 5)})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestCrash loses power again and again between and within calls: what a call that returned had stored is
// there, and what it had deleted from the end is not.
func TestCrash(t *testing.T) {
	rng := seed(t)
	for round := range 200 {
		mem := disk.NewMem()
		faulty := disk.NewFaulty(mem)
		o := Options{Segment: 6 << 10, Prepare: 2 << 10, Spares: 1}
		var sure []*raft.Log // stored, and StoreLogs returned
		next, term := uint64(1), uint64(1)
		for life := range 6 {
			l, err := Open(faulty, o)
			if err != nil {
				t.Fatalf("round %d, life %d: %v", round, life, err)
			}
			if err := atLeast(l, sure); err != nil {
				t.Fatalf("round %d, life %d: %v", round, life, err)
			}
			// What was being stored when power went may have survived.
			last, _ := l.LastIndex()
			for i := next; i <= last; i++ {
				var e raft.Log
				if err := l.GetLog(i, &e); err != nil {
					t.Fatal(err)
				}
				sure = append(sure, &e)
			}
			next = last + 1
			faulty.Add(disk.Fault{Op: disk.OpAny, Nth: 1 + rng.IntN(60), Err: errPower})
			for {
				var batch []*raft.Log
				for range 1 + rng.IntN(4) {
					batch = append(batch, entry(next+uint64(len(batch)), term, rng.IntN(700)))
				}
				if err := l.StoreLogs(batch); err != nil {
					break
				}
				sure = append(sure, batch...)
				next += uint64(len(batch))
				if rng.IntN(8) == 0 && len(sure) > 8 { // a snapshot
					k := rng.IntN(len(sure) - 4)
					if l.DeleteRange(sure[0].Index, sure[k].Index) != nil {
						sure = sure[k+1:] // they may be gone
						break
					}
					sure = sure[k+1:]
				}
				if rng.IntN(8) == 0 && len(sure) > 2 { // another leader
					term++
					k := len(sure) - 1 - rng.IntN(min(len(sure)-1, 5))
					err := l.DeleteRange(sure[k].Index, next-1)
					next, sure = sure[k].Index, sure[:k]
					if err != nil {
						break
					}
				}
			}
			_ = l.Close() // the process is dead anyway
			faulty.Heal()
			mem.Crash(rng)
		}
	}
}

// atLeast checks that the log has want, and maybe more at its end.
func atLeast(l *Log, want []*raft.Log) error {
	if len(want) == 0 {
		return nil
	}
	last, _ := l.LastIndex()
	if last < want[len(want)-1].Index {
		return fmt.Errorf("log ends with %d, %d was stored", last, want[len(want)-1].Index)
	}
	for _, w := range want {
		var got raft.Log
		if err := l.GetLog(w.Index, &got); err != nil {
			return fmt.Errorf("entry %d: %w", w.Index, err)
		}
		if !same(&got, w) {
			return fmt.Errorf("entry %d has term %d and %d bytes, want term %d and %d", w.Index, got.Term, len(got.Data), w.Term, len(w.Data))
		}
	}
	return nil
}

// TestRot damages each part of a log in turn: an entry that others follow is never cut away.
func TestRot(t *testing.T) {
	mem := disk.NewMem()
	l := open(t, mem, Options{})
	for i := uint64(1); i <= 20; i++ {
		store(t, l, entry(i, 1, 50))
	}
	offsets := l.segs[0].offsets
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := mem.OpenFile(segmentName(1), disk.ReadWrite)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i, at := range offsets[:18] {
		off := int64(at) + int64(i*3) // somewhere in the header or the data
		var b [1]byte
		if _, err := f.ReadAt(b[:], off); err != nil {
			t.Fatal(err)
		}
		b[0] ^= 0x40
		if _, err := f.WriteAt(b[:], off); err != nil {
			t.Fatal(err)
		}
		l, err := Open(mem, Options{})
		if !errors.Is(err, fs.KindCorrupt) {
			t.Errorf("byte %d: %v, log %v", off, err, l)
		}
		b[0] ^= 0x40
		if _, err := f.WriteAt(b[:], off); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDiskFull runs out of space: the entries that fitted stay, and when there is space
// again storing goes on.
func TestDiskFull(t *testing.T) {
	mem := disk.NewMem()
	mem.SetCapacity(3 << 20)
	l := open(t, mem, Options{})
	defer l.Close()
	var all []*raft.Log
	for {
		e := entry(uint64(len(all)+1), 1, 50_000)
		err := l.StoreLog(e)
		if errors.Is(err, fs.KindNoSpace) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	expect(t, l, all)
	mem.SetCapacity(30 << 20)
	e := entry(uint64(len(all)+1), 1, 50_000)
	store(t, l, e)
	expect(t, l, append(all, e))
}

// FuzzOpen opens arbitrary bytes as the only segment: it fails or reads whole entries, and never panics.
func FuzzOpen(f *testing.F) {
	mem := disk.NewMem()
	l := open(f, mem, Options{})
	store(f, l, entry(1, 1, 10), entry(2, 1, 20))
	store(f, l, entry(3, 2, 0))
	if err := l.Close(); err != nil {
		f.Fatal(err)
	}
	good, err := disk.ReadFile(mem, segmentName(1), 16<<20)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good[:400], uint16(0), byte(0))
	f.Add(good[:100], uint16(60), byte(1))
	f.Fuzz(func(t *testing.T, b []byte, at uint16, flip byte) {
		b = bytes.Clone(b)
		if int(at) < len(b) {
			b[at] ^= flip
		}
		mem := disk.NewMem()
		if err := disk.WriteFile(mem, segmentName(1), b); err != nil {
			t.Fatal(err)
		}
		l, err := Open(mem, Options{Prepare: 512})
		if err != nil {
			return
		}
		defer l.Close()
		first, _ := l.FirstIndex()
		last, _ := l.LastIndex()
		for i := first; first > 0 && i <= last; i++ {
			var e raft.Log
			if err := l.GetLog(i, &e); err != nil || e.Index != i {
				t.Fatalf("entry %d of %d: %v", i, last, err)
			}
		}
		if err := l.StoreLog(entry(last+1, 9, 3)); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkStore(b *testing.B) {
	d, err := disk.MakeReal(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	l := open(b, d, Options{})
	defer l.Close()
	e := entry(1, 1, 350)
	b.ResetTimer()
	for i := range b.N {
		e.Index = uint64(i + 1)
		store(b, l, e)
	}
}
