package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// seed is WAKEFS_SEED or 1.
func seed(t testing.TB) uint64 {
	n := uint64(1)
	if s := os.Getenv("WAKEFS_SEED"); s != "" {
		var err error
		if n, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("WAKEFS_SEED=%d", n)
	return n
}

func TestShards(t *testing.T) {
	ctx := testContext(t)
	_, st := memoryShards(t, newFakeStore())
	a := fs.ShardAddr{PG: 3, Stripe: 1 << 50, Index: 2}
	data := bytes.Repeat([]byte("shard"), 300_000)
	owner := fs.Owner{Ino: 1 << 60, Off: 4 << 20}
	if err := st.Put(ctx, a, owner, data); err != nil {
		t.Fatal(err)
	}
	dst := make([]byte, 1_000_001)
	if err := st.Get(ctx, a, 5, dst); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(dst, data[5:5+len(dst)]) {
		t.Error("other bytes came back")
	}
	if err := st.Get(ctx, a, 0, nil); err != nil {
		t.Error(err)
	}
	wantKind(t, st.Get(ctx, a, len(data)-1, make([]byte, 2)), fs.KindInvalid)
	wantKind(t, st.Get(ctx, a, 0, make([]byte, MaxFrame+1)), fs.KindInvalid)
	wantKind(t, st.Put(ctx, fs.ShardAddr{PG: 1}, owner, make([]byte, MaxFrame)), fs.KindTooBig)

	err := st.Get(ctx, fs.ShardAddr{PG: 9}, 0, dst)
	if e, ok := errors.AsType[*fs.Error](err); !ok || e.Kind != fs.KindNotFound || e.Op != "shard get" || e.Path != "pg9/0.0" {
		t.Errorf("error came back as %#v", err)
	}
	want := fs.ShardInfo{Addr: a, Len: uint32(len(data)), Owner: owner, Written: 7}
	if got, err := st.Verify(ctx, a); err != nil || got != want {
		t.Errorf("verify: %+v, %v", got, err)
	}
	ws, _ := newFakeStore().Status(ctx)
	if got, err := st.Status(ctx); err != nil || got != ws {
		t.Errorf("status: %+v, %v", got, err)
	}
	if err := st.Delete(ctx, []fs.ShardAddr{a, {PG: 8}}); err != nil {
		t.Error(err)
	}
	if l, err := st.List(ctx, fs.ShardAddr{}, 10); err != nil || len(l) != 0 {
		t.Errorf("list: %v, %v", l, err)
	}
}

// TestListPages: a list longer than a reply may have is put together of several.
func TestListPages(t *testing.T) {
	ctx := testContext(t)
	fake := newFakeStore()
	for i := range 2*listPage + 10 {
		fake.shards[fs.ShardAddr{PG: 1, Stripe: fs.StripeID(i + 1)}] = fakeShard{}
	}
	_, st := memoryShards(t, fake)
	for _, limit := range []int{0, listPage, 2*listPage + 9, 1 << 30} {
		got, err := st.List(ctx, fs.ShardAddr{}, limit)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := fake.List(ctx, fs.ShardAddr{}, limit)
		if !slices.Equal(got, want) {
			t.Errorf("limit %d: %d shards, want %d", limit, len(got), len(want))
		}
	}
}

// TestConcurrentCalls mixes sizes from many goroutines over few connections, with some calls
// canceled in the middle: nobody gets another's bytes.
func TestConcurrentCalls(t *testing.T) {
	ctx := testContext(t)
	fake := newFakeStore()
	_, st := memoryShards(t, fake)
	s := seed(t)
	for i := range 8 {
		fake.shards[fs.ShardAddr{PG: 1, Stripe: fs.StripeID(i)}] = fakeShard{data: bytes.Repeat([]byte{byte(i)}, 200_000)}
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(s, uint64(g)))
			dst := make([]byte, 200_000)
			for range 60 {
				i := r.IntN(8)
				d := dst[:1+r.IntN(len(dst))]
				c, cancel := context.WithCancel(ctx)
				if r.IntN(4) == 0 {
					time.AfterFunc(time.Duration(r.IntN(500))*time.Microsecond, cancel)
				}
				err := st.Get(c, fs.ShardAddr{PG: 1, Stripe: fs.StripeID(i)}, 0, d)
				cancel()
				if err != nil {
					if fs.KindOf(err) != fs.KindCanceled {
						t.Error(err)
					}
					for k := range d { // ours again: nobody writes here any more
						d[k] = 0xee
					}
					continue
				}
				if n := bytes.Count(d, []byte{byte(i)}); n != len(d) {
					t.Errorf("%d of %d bytes are right", n, len(d))
				}
			}
		})
	}
	wg.Wait()
}

// TestCancelReachesServer: the handler's context ends with the caller's, by cancellation and by deadline.
func TestCancelReachesServer(t *testing.T) {
	fake := newFakeStore()
	fake.gate = make(chan struct{})
	_, st := memoryShards(t, fake)
	ctx, cancel := context.WithCancel(testContext(t))
	go func() {
		<-fake.waiting
		cancel()
	}()
	_, err := st.Verify(ctx, fs.ShardAddr{})
	wantKind(t, err, fs.KindCanceled)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v is not context.Canceled", err)
	}
	if err := <-fake.ended; err != context.Canceled {
		t.Errorf("the handler's context ended with %v", err)
	}
	short, cancel := context.WithTimeout(testContext(t), 20*time.Millisecond)
	defer cancel()
	_, err = st.Verify(short, fs.ShardAddr{})
	wantKind(t, err, fs.KindTimeout)
	if err := <-fake.ended; err == nil {
		t.Error("the handler's context did not end")
	}
}

// TestUnavailable: whatever is wrong with the way to a server is KindUnavailable, and it works again afterwards.
func TestUnavailable(t *testing.T) {
	ctx := testContext(t)
	m := NewMemory()
	o := quick(m.DialFrom("client"))
	o.Ping, o.DialTimeout = 250*time.Millisecond, 500*time.Millisecond
	st := dialShards(t, o, "chunk")
	_, err := st.Status(ctx)
	wantKind(t, err, fs.KindUnavailable) // nobody listens
	_, err = st.Status(ctx)
	wantKind(t, err, fs.KindUnavailable) // backing off

	fake := newFakeStore()
	l, err := m.Listen("chunk")
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, l, ServerOptions{}, func(s *Server) { s.ServeShards(oneServer{1, fake}, 1) })
	works := func() bool { _, err := st.Status(ctx); return err == nil }
	eventually(t, "first connection", works)

	m.CutAll("client", "chunk")
	if !works() {
		t.Error("an idle connection that broke is not replaced at once")
	}
	fake.gate = make(chan struct{})
	go func() {
		<-fake.waiting
		m.CutAll("client", "chunk")
		<-fake.waiting // it is tried once more
		m.CutAll("client", "chunk")
	}()
	_, err = st.Verify(ctx, fs.ShardAddr{})
	wantKind(t, err, fs.KindUnavailable)
	eventually(t, "recovery", works)

	m.Partition("client", "chunk", true)
	_, err = st.Status(ctx) // noticed by silence
	wantKind(t, err, fs.KindUnavailable)
	m.Partition("client", "chunk", false)
	eventually(t, "healing", works)

	other := NewServers(quick(m.Dial), []fs.ServerInfo{{ID: 2, Addr: "chunk"}})
	defer other.Close()
	st2, err := other.Server(2)
	if err != nil {
		t.Fatal(err)
	}
	_, err = st2.Status(ctx)
	wantKind(t, err, fs.KindUnavailable) // not served here
	_, err = other.Server(7)
	wantKind(t, err, fs.KindUnavailable) // unknown
}

// TestServersUpdate: a server that moves is found at its new address.
func TestServersUpdate(t *testing.T) {
	ctx := testContext(t)
	m := NewMemory()
	for i, addr := range []string{"a", "b"} {
		fake := newFakeStore()
		fake.shards[fs.ShardAddr{PG: 1}] = fakeShard{data: []byte{byte(i)}}
		l, err := m.Listen(addr)
		if err != nil {
			t.Fatal(err)
		}
		serveOn(t, l, ServerOptions{}, func(s *Server) { s.ServeShards(oneServer{1, fake}) })
	}
	servers := NewServers(quick(m.Dial), []fs.ServerInfo{{ID: 1, Addr: "a"}})
	for i, addr := range []string{"a", "b", "a"} {
		servers.Update([]fs.ServerInfo{{ID: 1, Addr: addr}})
		st, err := servers.Server(1)
		if err != nil {
			t.Fatal(err)
		}
		var b [1]byte
		if err := st.Get(ctx, fs.ShardAddr{PG: 1}, 0, b[:]); err != nil || int(b[0]) != i%2 {
			t.Errorf("at %s: %d, %v", addr, b[0], err)
		}
	}
	servers.Close()
	_, err := servers.Server(1)
	wantKind(t, err, fs.KindUnavailable)
}

// TestBackpressure: a server at its limits makes callers wait, and loses none.
func TestBackpressure(t *testing.T) {
	ctx := testContext(t)
	fake := newFakeStore()
	fake.gate = make(chan struct{})
	fake.shards[fs.ShardAddr{PG: 1}] = fakeShard{data: make([]byte, 6<<20)}
	m := NewMemory()
	l, err := m.Listen("chunk")
	if err != nil {
		t.Fatal(err)
	}
	serveOn(t, l, ServerOptions{MaxInFlight: 4, BulkMemory: 1}, func(s *Server) { s.ServeShards(oneServer{1, fake}) })
	o := quick(m.Dial)
	o.BulkConns, o.MaxInFlight = 1, 8
	st := dialShards(t, o, "chunk")
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := st.Verify(ctx, fs.ShardAddr{PG: 1}); err != nil {
				t.Error(err)
			}
		})
	}
	for range 4 {
		<-fake.waiting
	}
	select {
	case <-fake.waiting:
		t.Error("more calls run than the limit")
	default:
	}
	close(fake.gate)
	for range 8 { // of 6 MiB each, two at a time
		wg.Go(func() {
			if err := st.Get(ctx, fs.ShardAddr{PG: 1}, 0, make([]byte, 6<<20)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// TestHandshake: who does not speak the protocol, or another one, is told and refused.
func TestHandshake(t *testing.T) {
	m, _ := memoryShards(t, newFakeStore())
	for name, c := range map[string]struct {
		send string
		want status
	}{
		"version": {"wake\x09\x02\x00\x00", statusVersion},
		"class":   {"wake\x01\x01\x00\x00", statusClass},
		"none":    {"wake\x01\xff\x00\x00", statusClass},
	} {
		nc, err := m.Dial(testContext(t), "chunk")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := nc.Write([]byte(c.send)); err != nil {
			t.Fatal(err)
		}
		var b [preambleLen]byte
		if _, err := nc.Read(b[:]); err != nil {
			t.Fatal(err)
		}
		p, err := parsePreamble(b)
		if err != nil || p.status != c.want || p.refusal() == nil {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
		nc.Close()
	}
	meta := NewMetaClient(quick(m.Dial), "chunk")
	defer meta.Close()
	_, err := meta.OpenSession(testContext(t), "x")
	wantKind(t, err, fs.KindUnavailable)
}

// TestTransports runs the same over the real ones.
func TestTransports(t *testing.T) {
	dir := t.TempDir()
	long := filepath.Join(dir, string(bytes.Repeat([]byte("d"), 120)))
	if err := os.Mkdir(long, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, addr := range map[string]string{
		"tcp": "127.0.0.1:0", "unix": filepath.Join(dir, "s"), "long path": filepath.Join(long, "s"),
	} {
		for _, secure := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s tls=%v", name, secure), func(t *testing.T) {
				ctx := testContext(t)
				server, client := testTLS(t, secure)
				l, err := Listen(addr, server)
				if err != nil {
					t.Fatal(err)
				}
				if _, ok := l.Addr().(*net.UnixAddr); ok {
					fi, err := os.Lstat(addr)
					if err != nil || fi.Mode() != os.ModeSocket|0o600 {
						t.Errorf("the socket is %v, %v", fi.Mode(), err)
					}
					if _, err := Listen(addr, server); err == nil {
						t.Error("a socket in use is taken over")
					}
				}
				serveOn(t, l, ServerOptions{}, func(s *Server) { s.ServeShards(oneServer{1, newFakeStore()}) })
				st := dialShards(t, ClientOptions{Dial: NetDialer(client)}, l.Addr().String())
				data := make([]byte, 3<<20)
				rand.NewChaCha8([32]byte{}).Read(data)
				if err := st.Put(ctx, fs.ShardAddr{PG: 1}, fs.Owner{}, data); err != nil {
					t.Fatal(err)
				}
				dst := make([]byte, len(data))
				if err := st.Get(ctx, fs.ShardAddr{PG: 1}, 0, dst); err != nil || !bytes.Equal(dst, data) {
					t.Errorf("got other bytes, or %v", err)
				}
			})
		}
	}
}
