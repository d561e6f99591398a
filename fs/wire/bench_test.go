package wire

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/wakefs/wakefs/fs"
)

// raceDetector is set in builds with the race detector, which allocates.
var raceDetector bool

// zeroStore answers at once and keeps nothing, so that only the wire is measured.
type zeroStore struct{ fs.ShardStore }

func (zeroStore) Put(context.Context, fs.ShardAddr, fs.Owner, []byte) error { return nil }
func (zeroStore) Get(context.Context, fs.ShardAddr, int, []byte) error      { return nil }
func (zeroStore) Status(context.Context) (fs.ServerStatus, error)           { return fs.ServerStatus{}, nil }

// oneAttr answers Lookup at once.
type oneAttr struct{ fs.Meta }

func (oneAttr) Session() fs.SessionID { return 1 }
func (oneAttr) Lookup(context.Context, fs.Ino, string) (fs.Attr, error) {
	return fs.Attr{Ino: 5, Mode: fs.ModeRegular | 0o644, Nlink: 1, Size: 4096, Mtime: 1 << 60, Version: 9, Parent: 1}, nil
}

// overUnix serves shards and metadata on a unix socket.
func overUnix(t testing.TB) (fs.ShardStore, fs.Meta) {
	t.Helper()
	l, err := Listen(filepath.Join(t.TempDir(), "s"), nil)
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, l, ServerOptions{}, func(s *Server) {
		s.ServeShards(oneServer{1, zeroStore{}})
		s.ServeMeta(oneSession{oneAttr{}})
	})
	o := ClientOptions{Dial: NetDialer(nil)}
	c := NewMetaClient(o, l.Addr().String())
	t.Cleanup(c.Close)
	s, err := c.OpenSession(testContext(t), "")
	if err != nil {
		t.Fatal(err)
	}
	return dialShards(t, o, l.Addr().String()), s
}

// TestAllocs bounds what a hot call allocates, client and server together.
func TestAllocs(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates; `make test` runs this without it too")
	}
	st, s := overUnix(t)
	ctx := context.Background()
	data := make([]byte, 64<<10)
	addr := fs.ShardAddr{PG: 1, Stripe: 2, Index: 3}
	for _, c := range []struct {
		name string
		most float64
		call func() error
	}{
		{"Get", 2, func() error { return st.Get(ctx, addr, 0, data) }},
		{"Put", 2, func() error { return st.Put(ctx, addr, fs.Owner{Ino: 1}, data) }},
		{"Lookup", 3, func() error { _, err := s.Lookup(ctx, 1, "name"); return err }},
	} {
		var failed error
		n := testing.AllocsPerRun(500, func() {
			if err := c.call(); err != nil {
				failed = err
			}
		})
		if failed != nil {
			t.Errorf("%s: %v", c.name, failed)
		}
		t.Logf("%s: %v allocations", c.name, n)
		if n > c.most {
			t.Errorf("%s allocates %v times, at most %v are planned", c.name, n, c.most)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	_, s := overUnix(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Lookup(b.Context(), 1, "name"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLookupParallel(b *testing.B) {
	_, s := overUnix(b)
	b.ReportAllocs()
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Lookup(context.Background(), 1, "name"); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func BenchmarkGet1MiB(b *testing.B) {
	st, _ := overUnix(b)
	dst := make([]byte, 1<<20)
	b.SetBytes(1 << 20)
	b.ReportAllocs()
	for b.Loop() {
		if err := st.Get(context.Background(), fs.ShardAddr{PG: 1}, 0, dst); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPut1MiB(b *testing.B) {
	st, _ := overUnix(b)
	data := make([]byte, 1<<20)
	b.SetBytes(1 << 20)
	b.ReportAllocs()
	for b.Loop() {
		if err := st.Put(context.Background(), fs.ShardAddr{PG: 1}, fs.Owner{}, data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPut1MiBParallel(b *testing.B) {
	st, _ := overUnix(b)
	b.SetBytes(1 << 20)
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		data := make([]byte, 1<<20)
		for pb.Next() {
			if err := st.Put(context.Background(), fs.ShardAddr{PG: 1}, fs.Owner{}, data); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
