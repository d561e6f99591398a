package meta

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// testLogger is silent unless WAKEFS_LOG is set.
func testLogger() *slog.Logger {
	if os.Getenv("WAKEFS_LOG") == "" {
		return nil
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

func openTest(t testing.TB, dir string, adjust func(o *Options)) *Node {
	t.Helper()
	o := Options{Dir: dir, Logger: testLogger()}
	if adjust != nil {
		adjust(&o)
	}
	n, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := n.WaitLeader(ctx); err != nil {
		t.Fatal(err)
	}
	return n
}

func openSession(t testing.TB, s fs.MetaService, name string) fs.Meta {
	t.Helper()
	m, err := s.OpenSession(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func createTx(t testing.TB, m fs.Meta, dir fs.Ino, name string) *fs.Tx {
	t.Helper()
	ino, _, err := m.Alloc(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return &fs.Tx{Ops: []fs.Op{&fs.Create{Parent: dir, Name: name, Ino: ino, Mode: fs.ModeRegular | 0o644}}}
}

func TestOpenCloseOpen(t *testing.T) {
	dir := t.TempDir()
	n := openTest(t, dir, nil)
	m := openSession(t, n, "test")
	res, err := m.Propose(t.Context(), createTx(t, m, fs.RootIno, "a"), fs.Committed)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	n = openTest(t, dir, nil)
	defer n.Close()
	m = openSession(t, n, "test")
	a, err := m.Lookup(t.Context(), fs.RootIno, "a")
	if err != nil || a.Ino != res.Ops[0].Attr.Ino {
		t.Fatalf("%v %v", a, err)
	}
}

func benchCommitted(b *testing.B, workers int, wait fs.Wait) {
	n := openTest(b, b.TempDir(), nil)
	defer n.Close()
	m := openSession(b, n, "bench")
	var next atomic.Int64
	b.ReportAllocs()
	b.ResetTimer()
	start := time.Now()
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for {
				i := next.Add(1)
				if i > int64(b.N) {
					return
				}
				if _, err := m.Propose(context.Background(), createTx(b, m, fs.RootIno, fmt.Sprintf("w%d-%d", w, i)), wait); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if err := m.Sync(context.Background()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/time.Since(start).Seconds(), "tx/s")
}

func BenchmarkCommitted1(b *testing.B)  { benchCommitted(b, 1, fs.Committed) }
func BenchmarkCommitted8(b *testing.B)  { benchCommitted(b, 8, fs.Committed) }
func BenchmarkCommitted64(b *testing.B) { benchCommitted(b, 64, fs.Committed) }
func BenchmarkAccepted(b *testing.B)    { benchCommitted(b, 1, fs.Accepted) }

func BenchmarkLookup(b *testing.B) {
	n := openTest(b, b.TempDir(), nil)
	defer n.Close()
	m := openSession(b, n, "bench")
	for i := range 1000 {
		if _, err := m.Propose(context.Background(), createTx(b, m, fs.RootIno, fmt.Sprint(i)), fs.Accepted); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if _, err := m.Lookup(context.Background(), fs.RootIno, fmt.Sprint(i%1000)); err != nil {
			b.Fatal(err)
		}
	}
}
