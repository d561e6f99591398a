package segment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

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

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t testing.TB, err error, k fs.Kind) {
	t.Helper()
	if fs.KindOf(err) != k {
		t.Fatalf("got %v, want %q", err, k)
	}
}

// poll waits until a condition holds.
func poll(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("timed out waiting until %s", what)
		}
	}
}

func at(i int) fs.ShardAddr { return fs.ShardAddr{PG: 1, Stripe: fs.StripeID(i + 1)} }

func content(a fs.ShardAddr, n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(a.Stripe), byte(a.Stripe >> 8), a.Index}).Read(b)
	return b
}

var ctx = context.Background()

func openStore(t testing.TB, d disk.FS, o Options) *Store {
	t.Helper()
	if testing.Verbose() {
		o.Logger = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	s, err := Open(d, o)
	check(t, err)
	return s
}

func put(t testing.TB, s *Store, i, n int) {
	t.Helper()
	check(t, s.Put(ctx, at(i), fs.Owner{Ino: 5, Off: int64(i)}, content(at(i), n)))
}

func wantShard(t testing.TB, s *Store, i, n int) {
	t.Helper()
	got := make([]byte, n)
	if err := s.Get(ctx, at(i), 0, got); err != nil {
		t.Fatalf("shard %d: %v", i, err)
	}
	if !bytes.Equal(got, content(at(i), n)) {
		t.Fatalf("shard %d has other bytes", i)
	}
}

var small = Options{SegmentSize: 256 << 10, FlushInterval: time.Hour}

func TestReopen(t *testing.T) {
	d := disk.NewMem()
	s := openStore(t, d, small)
	uuid := s.UUID()
	for i := range 50 {
		put(t, s, i, 1000*i)
	}
	check(t, s.Delete(ctx, []fs.ShardAddr{at(3)}))
	check(t, s.Close())
	wantKind(t, s.Get(ctx, at(1), 0, nil), fs.KindUnavailable)
	check(t, s.Close())

	s = openStore(t, d, small)
	if s.UUID() != uuid {
		t.Fatal("the UUID changed")
	}
	for i := range 50 {
		if i == 3 {
			wantKind(t, s.Get(ctx, at(i), 0, nil), fs.KindNotFound)
			continue
		}
		wantShard(t, s, i, 1000*i)
	}
	if st := s.Stats(); st.Shards != 49 || st.Segments < 3 || st.Corrupt != 0 {
		t.Fatalf("stats %+v", st)
	}
	check(t, s.Close())
}

// TestCrash loses power again and again, at random moments of random work, and checks
// that every acknowledged shard is there and whole.
func TestCrash(t *testing.T) {
	r := newRand(t)
	d := disk.NewMem()
	acked := map[int]int{}   // shard → length
	deleted := map[int]int{} // may come back
	next := 0
	for round := range 25 {
		faulty := disk.NewFaulty(d)
		o := small
		if round%3 == 0 {
			o.FlushBytes = 100 << 10 // flushes and compacts while it works
		}
		s := openStore(t, faulty, o)
		for i, n := range acked {
			if r.IntN(4) == 0 {
				wantShard(t, s, i, n)
			}
		}
		// From some call on, nothing reaches the disk any more.
		faulty.Add(disk.Fault{Nth: 1 + r.IntN(300), Err: syscall.EIO})
		for range 60 {
			if r.IntN(4) == 0 && len(acked) > 0 {
				for i := range acked {
					if s.Delete(ctx, []fs.ShardAddr{at(i)}) == nil {
						deleted[i] = acked[i]
						delete(acked, i)
					}
					break
				}
				continue
			}
			n := r.IntN(30_000)
			if err := s.Put(ctx, at(next), fs.Owner{Ino: 1}, content(at(next), n)); err == nil {
				acked[next] = n
			}
			next++
		}
		var list []fs.ShardAddr
		if round%2 == 0 {
			list = s.Corrupt()
		}
		for _, a := range list {
			if _, ok := acked[int(a.Stripe)-1]; ok {
				t.Fatalf("acknowledged shard %v is corrupt", a)
			}
		}
		abandon(s)
		d.Crash(r)
	}
	s := openStore(t, d, small)
	for i, n := range acked {
		wantShard(t, s, i, n)
	}
	all, err := s.List(ctx, fs.ShardAddr{}, 1<<20)
	check(t, err)
	for _, info := range all {
		i := int(info.Addr.Stripe) - 1
		_, live := acked[i]
		if _, err := s.Verify(ctx, info.Addr); err != nil && live {
			t.Fatal(err)
		}
	}
	if len(acked) < 100 {
		t.Fatalf("only %d shards were acknowledged: the test does too little", len(acked))
	}
	check(t, s.Close())
}

// abandon stops a store as a power failure does: nothing more is written.
func abandon(s *Store) {
	s.fail(errors.New("power failure"))
	s.Close()
}

// TestCrashWithConcurrentWriters checks that what a shared sync acknowledges is there.
func TestCrashWithConcurrentWriters(t *testing.T) {
	r := newRand(t)
	for range 5 {
		d := disk.NewMem()
		s := openStore(t, d, small)
		var mu sync.Mutex
		acked := map[int]bool{}
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for w := range 4 {
			wg.Go(func() {
				for i := w * 1000; ; i++ {
					select {
					case <-stop:
						return
					default:
					}
					if s.Put(ctx, at(i), fs.Owner{}, content(at(i), 3000)) != nil {
						return
					}
					mu.Lock()
					acked[i] = true
					mu.Unlock()
				}
			})
		}
		poll(t, "shards are written", func() bool {
			mu.Lock()
			defer mu.Unlock()
			return len(acked) > 100
		})
		mu.Lock()
		snapshot := make([]int, 0, len(acked))
		for i := range acked {
			snapshot = append(snapshot, i)
		}
		mu.Unlock()
		d.Crash(r)
		close(stop)
		wg.Wait()
		abandon(s)
		s = openStore(t, d, small)
		for _, i := range snapshot {
			wantShard(t, s, i, 3000)
		}
		check(t, s.Close())
	}
}

// TestIndexLost rebuilds the index from the segments.
func TestIndexLost(t *testing.T) {
	d := disk.NewMem()
	s := openStore(t, d, small)
	for i := range 30 {
		put(t, s, i, 20_000)
	}
	check(t, s.Close())
	for name, damage := range map[string]func(){
		"removed": func() { check(t, disk.RemoveAll(d, indexDir)) },
		"damaged": func() {
			list, err := d.ReadDir(indexDir)
			check(t, err)
			for _, f := range list {
				if strings.HasPrefix(f.Name, "MANIFEST") {
					check(t, disk.WriteFile(d, indexDir+"/"+f.Name, []byte("garbage")))
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			damage()
			s := openStore(t, d, small)
			for i := range 30 {
				wantShard(t, s, i, 20_000)
			}
			if st := s.Stats(); st.Shards != 30 || st.Corrupt != 0 {
				t.Fatalf("stats %+v", st)
			}
			check(t, s.Close())
		})
	}
}

// edit changes a segment file's bytes.
func edit(t *testing.T, d disk.FS, id uint32, f func([]byte) []byte) {
	t.Helper()
	b, err := disk.ReadFile(d, segmentName(id), 1<<30)
	check(t, err)
	check(t, disk.WriteFile(d, segmentName(id), f(b)))
}

func TestCorruption(t *testing.T) {
	const n = 20_000
	step := recordLen(n)
	for _, c := range []struct {
		name    string
		rebuild bool // the index is lost too
		edit    func([]byte) []byte
		corrupt []int // shards that must be reported
		missing []int // shards that may be unknown instead
	}{
		{"data in the middle", false, func(b []byte) []byte { b[headerLen+2*step+100] ^= 1; return b }, []int{2}, nil},
		{"data in the middle, rebuilt", true, func(b []byte) []byte { b[headerLen+2*step+100] ^= 1; return b }, []int{2}, nil},
		{"record header", false, func(b []byte) []byte { b[headerLen+3*step+20] ^= 1; return b }, nil, nil},
		{"record header, rebuilt", true, func(b []byte) []byte { b[headerLen+3*step+20] ^= 1; return b }, nil, []int{3}},
		{"file header", false, func(b []byte) []byte { clear(b[:headerLen]); return b }, nil, nil},
		{"file header, rebuilt", true, func(b []byte) []byte { clear(b[:headerLen]); return b }, nil, nil},
		{"last record, rebuilt", true, func(b []byte) []byte { b[len(b)-500] ^= 1; return b }, nil, []int{9}},
		{"cut off", false, func(b []byte) []byte { return b[:headerLen+7*step+500] }, []int{7, 8, 9}, nil},
		{"cut off, rebuilt", true, func(b []byte) []byte { return b[:headerLen+7*step+500] }, nil, []int{7, 8, 9}},
		{"emptied", false, func([]byte) []byte { return nil }, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, nil},
		{"sector of zeros", false, func(b []byte) []byte { clear(b[headerLen+4*step+1000:][:512]); return b }, []int{4}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := disk.NewMem()
			o := Options{SegmentSize: 1 << 20, FlushInterval: time.Hour}
			s := openStore(t, d, o)
			for i := range 10 {
				put(t, s, i, n)
			}
			check(t, s.Close())
			edit(t, d, 1, c.edit)
			if c.rebuild {
				check(t, disk.RemoveAll(d, indexDir))
			}
			s = openStore(t, d, o)
			defer func() { check(t, s.Close()) }()
			bad := map[int]bool{}
			for _, i := range c.corrupt {
				bad[i] = true
				wantKind(t, s.Get(ctx, at(i), 0, make([]byte, n)), fs.KindCorrupt)
				_, err := s.Verify(ctx, at(i))
				wantKind(t, err, fs.KindCorrupt)
			}
			for _, i := range c.missing {
				bad[i] = true
				wantKind(t, s.Get(ctx, at(i), 0, make([]byte, n)), fs.KindNotFound)
			}
			if got := s.Corrupt(); len(got) != len(c.corrupt) {
				t.Fatalf("reported as corrupt: %v", got)
			}
			for i := range 10 {
				if !bad[i] {
					wantShard(t, s, i, n)
				}
				put(t, s, i, n) // a repair, or a retry
			}
			for i := range 10 {
				wantShard(t, s, i, n)
				put(t, s, 100+i, 100)
			}
			if got := s.Corrupt(); len(got) != 0 {
				t.Fatalf("still corrupt after repair: %v", got)
			}
			// What was repaired or cut off is no corruption later, not even to a
			// rebuild that sees the old records.
			check(t, s.Close())
			check(t, disk.RemoveAll(d, indexDir))
			s = openStore(t, d, o)
			for i := range 10 {
				wantShard(t, s, i, n)
			}
			if got := s.Corrupt(); len(got) != 0 {
				t.Fatalf("corrupt after a rebuild: %v", got)
			}
		})
	}
}

// TestVerifyFindsADamagedHeader: reads do without the record's header, Verify does not.
func TestVerifyFindsADamagedHeader(t *testing.T) {
	d := disk.NewMem()
	s := openStore(t, d, small)
	put(t, s, 0, 100)
	check(t, s.Close())
	edit(t, d, 1, func(b []byte) []byte { b[headerLen+16] ^= 1; return b })
	s = openStore(t, d, small)
	defer s.Close()
	wantShard(t, s, 0, 100)
	_, err := s.Verify(ctx, at(0))
	wantKind(t, err, fs.KindCorrupt)
}

func TestBitRotOnRead(t *testing.T) {
	d := disk.NewFaulty(disk.NewMem())
	var told []fs.ShardAddr
	o := small
	o.OnCorrupt = func(a fs.ShardAddr) { told = append(told, a) }
	s := openStore(t, d, o)
	defer s.Close()
	put(t, s, 0, 50_000)
	d.Add(disk.Fault{Op: disk.OpRead, Path: "*.seg", Rot: true})
	for range 3 {
		wantKind(t, s.Get(ctx, at(0), 0, make([]byte, 50_000)), fs.KindCorrupt)
	}
	d.Heal()
	d.Add(disk.Fault{Op: disk.OpRead, Path: "*.seg", Err: syscall.EIO})
	wantKind(t, s.Get(ctx, at(0), 40_000, make([]byte, 10)), fs.KindCorrupt)
	if len(told) != 1 || told[0] != at(0) {
		t.Fatalf("told %v", told)
	}
}

func TestSyncErrorIsTheWritesError(t *testing.T) {
	d := disk.NewFaulty(disk.NewMem())
	s := openStore(t, d, small)
	put(t, s, 0, 100)
	d.Add(disk.Fault{Op: disk.OpSync, Path: "*.seg", Count: 1, Err: syscall.EIO})
	err := s.Put(ctx, at(1), fs.Owner{}, content(at(1), 100))
	if !errors.Is(err, syscall.EIO) {
		t.Fatalf("got %v", err)
	}
	wantKind(t, s.Get(ctx, at(1), 0, nil), fs.KindNotFound)
	put(t, s, 2, 100)
	e, _, _ := s.ix.get(at(2))
	if e.seg == 1 {
		t.Fatal("a segment whose sync failed was written on")
	}
	wantShard(t, s, 0, 100)
	check(t, s.Close())
	s = openStore(t, d, small)
	wantShard(t, s, 0, 100)
	wantShard(t, s, 2, 100)
	check(t, s.Close())
}

func TestWriteErrors(t *testing.T) {
	for _, f := range []disk.Fault{
		{Op: disk.OpWrite, Path: "*.seg", Count: 1, Err: syscall.EIO},
		{Op: disk.OpPreallocate, Count: 1, Err: syscall.EIO},
		{Op: disk.OpOpen, Path: "*.seg", Count: 1, Err: syscall.EIO},
		{Op: disk.OpSyncDir, Count: 1, Err: syscall.EIO},
		{Op: disk.OpSpace, Count: 1, Err: syscall.EIO},
	} {
		t.Run(fmt.Sprint(f.Op), func(t *testing.T) {
			mem := disk.NewMem()
			d := disk.NewFaulty(mem)
			s := openStore(t, d, small)
			d.Add(f)
			if err := s.Put(ctx, at(0), fs.Owner{}, content(at(0), 100)); !errors.Is(err, syscall.EIO) {
				t.Fatalf("got %v", err)
			}
			put(t, s, 0, 100)
			wantShard(t, s, 0, 100)
			abandon(s)
			mem.Crash(nil)
			s = openStore(t, mem, small)
			wantShard(t, s, 0, 100)
			check(t, s.Close())
		})
	}
}

func TestDiskFull(t *testing.T) {
	d := disk.NewMem()
	d.SetCapacity(3 << 20)
	o := small
	o.Reserve = 1 << 20
	s := openStore(t, d, o)
	n := 0
	var err error
	for ; n < 1000; n++ {
		if err = s.Put(ctx, at(n), fs.Owner{}, content(at(n), 50_000)); err != nil {
			break
		}
	}
	wantKind(t, err, fs.KindNoSpace)
	if n < 20 {
		t.Fatalf("full after %d shards", n)
	}
	if sp, _ := d.Space(); sp.Free < 1<<19 {
		t.Fatalf("the reserve was used: %d bytes free", sp.Free)
	}
	for i := range n {
		wantShard(t, s, i, 50_000)
	}
	if st := s.Stats(); st.Shards != int64(n) || s.Failed() != nil {
		t.Fatalf("stats %+v", st)
	}
	// Deleting gives the space back.
	var all []fs.ShardAddr
	for i := range n - 1 {
		all = append(all, at(i))
	}
	check(t, s.Delete(ctx, all))
	check(t, s.Reclaim())
	put(t, s, 2000, 50_000)
	wantShard(t, s, n-1, 50_000)
	check(t, s.Close())
	s = openStore(t, d, o)
	wantShard(t, s, n-1, 50_000)
	wantShard(t, s, 2000, 50_000)
	check(t, s.Close())
}

// TestDiskFullInTheMiddleOfAWrite: a file system that cannot preallocate runs out of
// space in the write itself.
func TestDiskFullInTheMiddleOfAWrite(t *testing.T) {
	d := disk.NewFaulty(disk.NewMem())
	s := openStore(t, d, small)
	put(t, s, 0, 1000)
	d.Add(disk.Fault{Op: disk.OpWrite, Path: "*.seg", Count: 1, Err: syscall.ENOSPC})
	wantKind(t, s.Put(ctx, at(1), fs.Owner{}, content(at(1), 1000)), fs.KindNoSpace)
	put(t, s, 2, 500)
	abandon(s)
	s = openStore(t, d, small)
	wantShard(t, s, 0, 1000)
	wantShard(t, s, 2, 500)
	wantKind(t, s.Get(ctx, at(1), 0, nil), fs.KindNotFound)
	check(t, s.Close())
}
