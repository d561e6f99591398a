package wire

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// fakeStore is the least chunk server.
type fakeStore struct {
	mu     sync.Mutex
	shards map[fs.ShardAddr]fakeShard
	// gate, if not nil, is received from by Verify, or its context ends.
	gate    chan struct{}
	waiting chan struct{} // gets one for each Verify that waits
	ended   chan error    // gets the context's error of each Verify that ended so
}

type fakeShard struct {
	owner fs.Owner
	data  []byte
}

func newFakeStore() *fakeStore {
	return &fakeStore{shards: map[fs.ShardAddr]fakeShard{}, waiting: make(chan struct{}, 1000), ended: make(chan error, 1000)}
}

func (s *fakeStore) Put(_ context.Context, a fs.ShardAddr, o fs.Owner, data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.shards[a]; !ok {
		s.shards[a] = fakeShard{o, slices.Clone(data)}
	}
	return nil
}

func (s *fakeStore) Get(_ context.Context, a fs.ShardAddr, off int, dst []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, ok := s.shards[a]
	switch {
	case !ok:
		return fs.E("shard get", fs.KindNotFound, a.String(), nil)
	case off < 0 || off+len(dst) > len(x.data):
		return fs.E("shard get", fs.KindInvalid, a.String(), nil)
	}
	copy(dst, x.data[off:])
	return nil
}

func (s *fakeStore) Delete(_ context.Context, addrs []fs.ShardAddr) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range addrs {
		delete(s.shards, a)
	}
	return nil
}

func (s *fakeStore) List(_ context.Context, after fs.ShardAddr, limit int) ([]fs.ShardInfo, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []fs.ShardInfo
	for a, x := range s.shards {
		if a.Compare(after) > 0 {
			all = append(all, fs.ShardInfo{Addr: a, Len: uint32(len(x.data)), Owner: x.owner, Written: 7})
		}
	}
	slices.SortFunc(all, func(a, b fs.ShardInfo) int { return a.Addr.Compare(b.Addr) })
	return all[:min(limit, len(all))], nil
}

func (s *fakeStore) Verify(ctx context.Context, a fs.ShardAddr) (fs.ShardInfo, error) {
	if s.gate != nil {
		s.waiting <- struct{}{}
		select {
		case <-s.gate:
		case <-ctx.Done():
			s.ended <- ctx.Err()
			return fs.ShardInfo{}, ctx.Err()
		}
	}
	l, err := s.List(ctx, fs.ShardAddr{}, 1<<30)
	for _, i := range l {
		if i.Addr == a {
			return i, err
		}
	}
	return fs.ShardInfo{}, fs.E("shard verify", fs.KindNotFound, a.String(), err)
}

func (s *fakeStore) Status(context.Context) (fs.ServerStatus, error) {
	return fs.ServerStatus{ID: 1, Capacity: 1 << 60, Free: 3, Shards: 4, LiveBytes: 5, Latency: 0.25, Queue: 1.5, ErrorRate: 0.125, CPUIdle: 0.75, Failed: "no"}, nil
}

// oneServer is an fs.Servers of one.
type oneServer struct {
	id    fs.ServerID
	store fs.ShardStore
}

func (o oneServer) Server(id fs.ServerID) (fs.ShardStore, error) {
	if id != o.id {
		return nil, fs.E("find chunk server", fs.KindUnavailable, fmt.Sprint(id), nil)
	}
	return o.store, nil
}

// quick are client options for tests that break things.
func quick(d Dialer) ClientOptions {
	return ClientOptions{Dial: d, Backoff: time.Millisecond, MaxBackoff: 20 * time.Millisecond}
}

// serveOn starts a server on a listener until the test ends.
func serveOn(t testing.TB, l net.Listener, o ServerOptions, register func(*Server)) *Server {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	s := NewServer(o)
	register(s)
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Errorf("close server: %v", err)
		}
		if err := <-done; err != ErrServerClosed {
			t.Errorf("serve: %v", err)
		}
	})
	return s
}

// memoryShards serves a store over a memory network at "chunk".
func memoryShards(t testing.TB, store fs.ShardStore) (*Memory, fs.ShardStore) {
	t.Helper()
	m := NewMemory()
	l, err := m.Listen("chunk")
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, l, ServerOptions{}, func(s *Server) { s.ServeShards(oneServer{1, store}, 1) })
	return m, dialShards(t, quick(m.DialFrom("client")), "chunk")
}

func dialShards(t testing.TB, o ClientOptions, addr string) fs.ShardStore {
	t.Helper()
	servers := NewServers(o, []fs.ServerInfo{{ID: 1, Addr: addr}})
	t.Cleanup(servers.Close)
	st, err := servers.Server(1)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func testContext(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func wantKind(t testing.TB, err error, k fs.Kind) {
	t.Helper()
	if fs.KindOf(err) != k {
		t.Fatalf("got error %v, want one of kind %v", err, k)
	}
}

// eventually polls until cond holds.
func eventually(t testing.TB, what string, cond func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !cond(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not in 20 s: %s", what)
		}
	}
}
