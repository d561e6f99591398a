package meta

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wakefs/wakefs/fs"
)

func memory(t testing.TB, o Options) *Node {
	t.Helper()
	o.Logger = testLogger()
	n, err := Memory(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !holds() {
		if time.Now().After(deadline) {
			t.Fatalf("still not: %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// TestSessionExpires moves the clock: a silent session goes, with its locks and orphans.
func TestSessionExpires(t *testing.T) {
	var clock atomic.Int64
	clock.Store(1)
	n := memory(t, Options{Clock: clock.Load, SessionTTL: 200 * time.Millisecond})
	quiet, awake := openSession(t, n, "quiet"), openSession(t, n, "awake")
	tmp := createTx(t, quiet, fs.RootIno, "")
	if _, err := quiet.Propose(t.Context(), tmp, fs.Committed); err != nil {
		t.Fatal(err)
	}
	if err := quiet.Lock(t.Context(), fs.Lock{Ino: 1, Flock: true, Type: fs.LockWrite}); err != nil {
		t.Fatal(err)
	}
	got := make(chan error, 1)
	go func() { got <- awake.Lock(t.Context(), fs.Lock{Ino: 1, Flock: true, Type: fs.LockWrite, Wait: true}) }()
	for range 4 {
		clock.Add(int64(100 * time.Millisecond))
		for range 2 {
			if _, err := awake.KeepAlive(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := <-got; err != nil {
		t.Errorf("the lock of an expired session: %v", err)
	}
	eventually(t, "the session is gone", func() bool {
		_, err := quiet.GetAttr(t.Context(), fs.RootIno)
		return errors.Is(err, fs.KindStale)
	})
	eventually(t, "its orphan is gone", func() bool {
		if _, err := awake.KeepAlive(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		_, err := awake.GetAttr(t.Context(), tmp.Ops[0].(*fs.Create).Ino)
		return errors.Is(err, fs.KindNotFound)
	})
}

// fakeServers are chunk servers that only delete. Some can't be reached.
type fakeServers struct {
	mu      sync.Mutex
	down    map[fs.ServerID]bool
	deleted map[fs.ServerID][]fs.ShardAddr
}

type fakeServer struct {
	fs.ShardStore
	s  *fakeServers
	id fs.ServerID
}

func (s *fakeServers) Server(id fs.ServerID) (fs.ShardStore, error) {
	return &fakeServer{s: s, id: id}, nil
}

func (f *fakeServer) Delete(_ context.Context, addrs []fs.ShardAddr) error {
	f.s.mu.Lock()
	defer f.s.mu.Unlock()
	if f.s.down[f.id] {
		return fs.E("delete", fs.KindUnavailable, "", nil)
	}
	f.s.deleted[f.id] = append(f.s.deleted[f.id], addrs...)
	return nil
}

func (s *fakeServers) count(id fs.ServerID) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.deleted[id])
}

// TestDeadStripes deletes files: their shards are deleted on each member, and what a server that is down keeps
// waits for it, without keeping others waiting.
func TestDeadStripes(t *testing.T) {
	servers := &fakeServers{down: map[fs.ServerID]bool{3: true}, deleted: map[fs.ServerID][]fs.ShardAddr{}}
	n := memory(t, Options{Servers: servers, FixedPlacement: true})
	m := openSession(t, n, "a")
	propose := func(ops ...fs.Op) fs.Result {
		t.Helper()
		res, err := m.Propose(t.Context(), &fs.Tx{Ops: ops}, fs.Committed)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	for i := range 3 {
		propose(&fs.PutServer{Info: fs.ServerInfo{UUID: fmt.Sprint(i)}})
	}
	propose(&fs.PutPG{PG: fs.PG{Scheme: fs.Scheme{K: 1, M: 1}, Members: []fs.ServerID{1, 2}, Writable: true, Weight: 1}},
		&fs.PutPG{PG: fs.PG{Scheme: fs.Scheme{K: 1, M: 1}, Members: []fs.ServerID{2, 3}, Writable: true, Weight: 1}})
	const files = 700
	for pg := fs.PGID(1); pg <= 2; pg++ {
		var ops []fs.Op
		for i := range files {
			ino, stripe, err := m.Alloc(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			ops = append(ops, &fs.Create{Parent: fs.RootIno, Name: fmt.Sprint(pg, i), Ino: ino, Mode: fs.ModeRegular | 0o644},
				&fs.Commit{Ino: ino, MinSize: 100, Extents: []fs.Extent{{Len: 100, PG: pg, Stripe: stripe, StripeLen: 100}},
					Stripes: []fs.Stripe{{ID: stripe, PG: pg, Len: 100}}})
		}
		propose(ops...)
		ops = ops[:0]
		for i := range files {
			ops = append(ops, &fs.Unlink{Parent: fs.RootIno, Name: fmt.Sprint(pg, i)})
		}
		propose(ops...)
	}
	eventually(t, "the shards are deleted where that is possible", func() bool {
		if _, err := m.KeepAlive(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		return servers.count(1) >= files && servers.count(2) >= 2*files
	})
	eventually(t, "the records of the first group are gone", func() bool {
		list, err := m.Stripes(t.Context(), fs.DeadStripes, 0, 10*files)
		if err != nil {
			t.Fatal(err)
		}
		return len(list) == files && !slices.ContainsFunc(list, func(s fs.Stripe) bool { return s.PG == 1 })
	})
	servers.mu.Lock()
	servers.down[3] = false
	servers.mu.Unlock()
	n.reaper.kick()
	eventually(t, "all records are gone", func() bool {
		list, err := m.Stripes(t.Context(), fs.AllStripes, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		return len(list) == 0 && servers.count(3) >= files
	})
	checkState(t, n)
}

// TestDiskFull refuses what needs space, and nothing else.
func TestDiskFull(t *testing.T) {
	n := memory(t, Options{})
	m := openSession(t, n, "a")
	before := createTx(t, m, fs.RootIno, "before")
	if _, err := m.Propose(t.Context(), before, fs.Committed); err != nil {
		t.Fatal(err)
	}
	n.full.Store(true)
	if _, err := m.Propose(t.Context(), createTx(t, m, fs.RootIno, "more"), fs.Committed); !errors.Is(err, fs.KindNoSpace) {
		t.Errorf("creating on a full disk: %v", err)
	}
	if _, err := m.Lookup(t.Context(), fs.RootIno, "before"); err != nil {
		t.Errorf("reading on a full disk: %v", err)
	}
	if _, err := m.Propose(t.Context(), &fs.Tx{Ops: []fs.Op{&fs.Unlink{Parent: fs.RootIno, Name: "before"}}}, fs.Committed); err != nil {
		t.Errorf("deleting on a full disk: %v", err)
	}
}

// TestBackpressure accepts more than the queue holds: callers wait, and nothing is lost.
func TestBackpressure(t *testing.T) {
	n := memory(t, Options{Queue: 4 << 10})
	m := openSession(t, n, "a")
	for i := range 500 {
		if _, err := m.Propose(t.Context(), createTx(t, m, fs.RootIno, fmt.Sprint(i)), fs.Accepted); err != nil {
			t.Fatal(err)
		}
		n.prop.Lock()
		if bytes := n.prop.bytes; bytes > 5<<10 {
			t.Fatalf("%d bytes are accepted and not applied", bytes)
		}
		n.prop.Unlock()
	}
	if err := m.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a, err := m.GetAttr(t.Context(), fs.RootIno); err != nil || a.Nlink != 2 {
		t.Errorf("root is %+v, %v", a, err)
	}
}

// TestPacking counts entries: Txs that nobody waits for share them, and a read by another session does
// not wait for a timer.
func TestPacking(t *testing.T) {
	n := openTest(t, t.TempDir(), nil)
	defer n.Close()
	a, b := openSession(t, n, "a"), openSession(t, n, "b")
	if _, _, err := a.Alloc(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := n.stats.entries.Load()
	const txs = 2000
	for i := range txs {
		if _, err := a.Propose(t.Context(), createTx(t, a, fs.RootIno, fmt.Sprint(i)), fs.Accepted); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Lookup(t.Context(), fs.RootIno, fmt.Sprint(txs-1)); err != nil {
		t.Fatal(err)
	}
	if got := n.stats.entries.Load() - before; got > txs/2 {
		t.Errorf("%d Txs took %d entries", txs, got)
	}
	if err := a.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestCloseWakes closes a node under those who wait for something: they get what they can act on.
func TestCloseWakes(t *testing.T) {
	n, err := Memory(Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := openSession(t, n, "a")
	_, at, err := m.Changes(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := openSession(t, n, "b").Lock(t.Context(), fs.Lock{Ino: 1, Flock: true, Type: fs.LockWrite}); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 3)
	go func() {
		for err := error(nil); ; {
			if _, at, err = m.Changes(context.Background(), at); err != nil {
				done <- err
				return
			}
		}
	}()
	go func() {
		_, err := m.Waiting(context.Background(), "", 0, 1, true)
		done <- err
	}()
	go func() {
		done <- m.Lock(context.Background(), fs.Lock{Ino: 1, Flock: true, Type: fs.LockWrite, Wait: true})
	}()
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := <-done; !errors.Is(err, fs.KindUnavailable) {
			t.Errorf("a waiting call ended with %v", err)
		}
	}
}

// TestKeysOfState holds keys.go to what the state machine writes.
func TestKeysOfState(t *testing.T) {
	n := memory(t, Options{})
	m := openSession(t, n, "a")
	for i := range 5 {
		if _, err := m.Propose(t.Context(), createTx(t, m, fs.RootIno, fmt.Sprint(i)), fs.Committed); err != nil {
			t.Fatal(err)
		}
	}
	n.base.RLock()
	defer n.base.RUnlock()
	n.mu.RLock()
	defer n.mu.RUnlock()
	if last, err := lastSeq(n.store, m.Session()); err != nil || last != n.sessions.get(m.Session()).seq || last < 5 {
		t.Errorf("the last sequence is %d, %v", last, err)
	}
	counters := 0
	err := n.store.Scan(nil, nil, false, func(k, _ []byte) bool {
		if incidental(k) {
			counters++
		}
		return true
	})
	if err != nil || counters != 1 {
		t.Errorf("%d records of counters, %v", counters, err)
	}
}
