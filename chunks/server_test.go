package chunks_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/wakefs/wakefs/chunks"
	"github.com/wakefs/wakefs/chunks/segment"
	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
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

func shard(i int) fs.ShardAddr { return fs.ShardAddr{PG: 1, Stripe: fs.StripeID(i + 1)} }

func content(i, n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(i)}).Read(b)
	return b
}

// TestScrub: a rotten shard that nobody reads is found, reported, and repaired by a Put.
func TestScrub(t *testing.T) {
	d := disk.NewMem()
	s := open(t, d, segment.Options{})
	for i := range 20 {
		check(t, s.Put(t.Context(), shard(i), fs.Owner{}, content(i, 5000)))
	}
	check(t, s.Close())
	const seg = "00000001.seg"
	b, err := disk.ReadFile(d, seg, 1<<30)
	check(t, err)
	i := bytes.Index(b, content(7, 5000)[:100])
	b[i+10] ^= 4
	check(t, disk.WriteFile(d, seg, b))

	found := make(chan fs.ShardAddr, 10)
	s, err = chunks.Open(chunks.Options{
		ID: 7, Disk: d, ScrubRate: 1 << 30, ScrubDelay: time.Millisecond, ScrubEvery: time.Millisecond,
		OnCorrupt: func(a fs.ShardAddr) { found <- a },
	})
	check(t, err)
	defer s.Close()
	select {
	case a := <-found:
		if a != shard(7) {
			t.Fatalf("found %v corrupt", a)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the scrub found nothing")
	}
	if got := s.Corrupt(); len(got) != 1 {
		t.Fatalf("corrupt: %v", got)
	}
	check(t, s.Put(t.Context(), shard(7), fs.Owner{}, content(7, 5000)))
	rounds := s.Scrub().Rounds
	poll(t, "two more rounds", func() bool { return s.Scrub().Rounds >= rounds+2 })
	if got := s.Corrupt(); len(got) != 0 || len(found) != 0 {
		t.Fatalf("after repair: %v", got)
	}
}

func TestStatus(t *testing.T) {
	f := disk.NewFaulty(disk.NewMem())
	now := time.Unix(1000, 0)
	var mu sync.Mutex
	s, err := chunks.Open(chunks.Options{
		ID: 7, Disk: f, ScrubRate: -1, CPUIdle: func() float64 { return 0.25 },
		Now: func() time.Time { mu.Lock(); defer mu.Unlock(); now = now.Add(time.Millisecond); return now },
	})
	check(t, err)
	defer s.Close()
	for i := range 50 {
		check(t, s.Put(t.Context(), shard(i), fs.Owner{}, content(i, 100)))
	}
	st, err := s.Status(t.Context())
	check(t, err)
	if st.ID != 7 || st.Latency < 0.0009 || st.Latency > 0.01 || st.ErrorRate != 0 || st.CPUIdle != 0.25 || st.Shards != 50 {
		t.Fatalf("status %+v", st)
	}
	f.Add(disk.Fault{Op: disk.OpRead, Path: "*.seg", Rot: true})
	for range 100 {
		if err := s.Get(t.Context(), shard(1), 0, make([]byte, 100)); !errors.Is(err, fs.KindCorrupt) {
			t.Fatal(err)
		}
	}
	if st, _ = s.Status(t.Context()); st.ErrorRate < 0.5 {
		t.Fatalf("error rate %v while every read fails", st.ErrorRate)
	}
	f.Heal()
	mu.Lock()
	now = now.Add(10 * time.Minute)
	mu.Unlock()
	if st, _ = s.Status(t.Context()); st.ErrorRate > 0.01 || st.Queue > 0.01 {
		t.Fatalf("after ten quiet minutes: %+v", st)
	}
	// A caller's mistakes are not the server's errors.
	for range 100 {
		s.Get(t.Context(), shard(999), 0, nil)
	}
	if st, _ = s.Status(t.Context()); st.ErrorRate > 0.01 {
		t.Fatalf("error rate %v of unknown shards", st.ErrorRate)
	}
}

// TestVanishedWhileIdle: nobody uses the server, its disk's folder is removed, and the
// status says so.
func TestVanishedWhileIdle(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "disk")
	d, err := disk.MakeReal(dir)
	check(t, err)
	defer d.Close()
	s, err := chunks.Open(chunks.Options{ID: 7, Disk: d, ScrubRate: -1, ProbeEvery: time.Millisecond})
	check(t, err)
	defer s.Close()
	check(t, s.Put(t.Context(), shard(1), fs.Owner{}, content(1, 1000)))
	check(t, os.RemoveAll(dir))
	poll(t, "the status says that the disk is gone", func() bool {
		st, err := s.Status(t.Context())
		return err == nil && st.Failed != "" && st.Free == 0
	})
	if err := s.Put(t.Context(), shard(2), fs.Owner{}, nil); !errors.Is(err, fs.KindUnavailable) {
		t.Fatal(err)
	}
}

func TestMemFaults(t *testing.T) {
	m := chunks.NewMem(3)
	ctx := t.Context()
	check(t, m.Put(ctx, shard(1), fs.Owner{}, content(1, 100)))
	check(t, m.Put(ctx, shard(2), fs.Owner{}, content(2, 100)))
	want := func(err error, k fs.Kind) {
		t.Helper()
		if fs.KindOf(err) != k {
			t.Fatalf("got %v, want %q", err, k)
		}
	}
	m.Corrupt(shard(1))
	want(m.Get(ctx, shard(1), 0, make([]byte, 10)), fs.KindCorrupt)
	check(t, m.Put(ctx, shard(1), fs.Owner{}, content(1, 100)))
	check(t, m.Get(ctx, shard(1), 0, make([]byte, 10)))
	m.Lose(shard(1))
	want(m.Get(ctx, shard(1), 0, nil), fs.KindNotFound)
	m.Fail(errors.New("unplugged"))
	want(m.Get(ctx, shard(2), 0, nil), fs.KindUnavailable)
	if st, err := m.Status(ctx); err != nil || st.Failed == "" {
		t.Fatalf("status of a failed server: %+v %v", st, err)
	}
	m.Fail(nil)
	m.SetCapacity(150)
	want(m.Put(ctx, shard(3), fs.Owner{}, content(3, 100)), fs.KindNoSpace)
	m.SetFault(func(op chunks.Op, a fs.ShardAddr) error {
		if op == chunks.OpGet && a == shard(2) {
			return fs.E("get shard", fs.KindUnavailable, "", nil)
		}
		return nil
	})
	want(m.Get(ctx, shard(2), 0, nil), fs.KindUnavailable)
	if m.Calls(chunks.OpGet) != 5 {
		t.Fatalf("%d calls", m.Calls(chunks.OpGet))
	}
}
