package meta

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/hashicorp/raft"

	"github.com/wakefs/wakefs/fs"
)

// newRand is seeded with a fixed number, or WAKEFS_SEED.
func newRand(t testing.TB) *rand.Rand {
	s := uint64(1)
	if v := os.Getenv("WAKEFS_SEED"); v != "" {
		n, err := strconv.ParseUint(v, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		s = n
	}
	t.Logf("WAKEFS_SEED=%d go test -run '%s' ./meta", s, t.Name())
	return rand.New(rand.NewPCG(s, 0))
}

// cluster is some voters in this process, connected by memory.
type cluster struct {
	t      *testing.T
	peers  []Peer
	dirs   []string
	adjust func(*Options)

	mu    sync.Mutex
	nodes []*Node // nil: it is down
	trans []*raft.InmemTransport
	cut   []bool
}

func newCluster(t *testing.T, n int, adjust func(*Options)) *cluster {
	c := &cluster{t: t, adjust: adjust, nodes: make([]*Node, n), trans: make([]*raft.InmemTransport, n), cut: make([]bool, n)}
	for i := range n {
		name := fmt.Sprintf("n%d", i)
		c.peers = append(c.peers, Peer{Name: name, Addr: name})
		c.dirs = append(c.dirs, t.TempDir())
	}
	for i := range n {
		c.start(i)
	}
	t.Cleanup(func() {
		for i := range c.nodes {
			c.stop(i)
		}
	})
	return c
}

func (c *cluster) start(i int) {
	c.t.Helper()
	o := Options{Dir: c.dirs[i], Name: c.peers[i].Name, Addr: c.peers[i].Addr, Bootstrap: c.peers,
		Election: 200 * time.Millisecond, Logger: testLogger(), FixedPlacement: true, SessionTTL: time.Hour}
	if c.adjust != nil {
		c.adjust(&o)
	}
	_, trans := raft.NewInmemTransportWithTimeout(raft.ServerAddress(o.Addr), 500*time.Millisecond)
	o.Transport = trans
	n, err := Open(o)
	if err != nil {
		c.t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.nodes[i], c.trans[i] = n, trans
	c.connectLocked()
}

// connectLocked connects all that are up and not cut off with each other.
func (c *cluster) connectLocked() {
	for i, a := range c.trans {
		for k, b := range c.trans {
			if a == nil || b == nil || i == k {
				continue
			}
			if c.cut[i] || c.cut[k] {
				a.Disconnect(b.LocalAddr())
			} else {
				a.Connect(b.LocalAddr(), b)
			}
		}
	}
}

func (c *cluster) isolate(i int, cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut[i] = cut
	c.connectLocked()
}

func (c *cluster) stop(i int) {
	c.mu.Lock()
	n := c.nodes[i]
	c.nodes[i], c.trans[i] = nil, nil
	c.mu.Unlock()
	if n == nil {
		return
	}
	if err := n.Close(); err != nil {
		c.t.Error(err)
	}
}

func (c *cluster) node(i int) *Node {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.nodes[i%len(c.nodes)]
}

// leader waits for a node that leads and can commit.
func (c *cluster) leader() *Node {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		for i := range c.nodes {
			if n := c.node(i); n != nil && n.leads() && n.verifier.check(ctx) == nil {
				return n
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	c.t.Fatal("no leader after a minute")
	return nil
}

// converge waits until all nodes that are up have applied the same, and checks that it made the same state:
// the leader takes over what it validated, the others execute it.
func (c *cluster) converge() {
	c.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		sums := map[uint32]int{}
		for i := range c.nodes {
			if n := c.node(i); n != nil {
				sums[storeSum(c.t, n)]++
			}
		}
		if len(sums) == 1 {
			return
		}
		if time.Now().After(deadline) {
			for i := range c.nodes {
				if n := c.node(i); n != nil {
					term, commit := n.log.position()
					name, _ := n.log.leader()
					c.t.Logf("n%d: applied %d, committed %d, term %d, leads %v, leader %q, failed %v, state %x",
						i, n.applied.Load(), commit, term, n.leads(), name, n.failure.Load(), storeSum(c.t, n))
				}
			}
			c.t.Fatalf("the nodes have different states: %v", sums)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// storeSum is a checksum of all keys and values, the applied index included.
func storeSum(t *testing.T, n *Node) uint32 {
	t.Helper()
	h := crc32.NewIEEE()
	n.base.RLock()
	defer n.base.RUnlock()
	n.mu.RLock()
	defer n.mu.RUnlock()
	err := n.store.Scan(nil, nil, false, func(k, v []byte) bool {
		fmt.Fprintf(h, "%d %s %d %s", len(k), k, len(v), v)
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return h.Sum32()
}

// client does what a remote client does: it looks for the leader, and proposes a Tx again until it is answered.
type client struct {
	c  *cluster
	id fs.SessionID
	// seq is of the last Tx: the client numbers them itself.
	seq fs.Seq
}

func (c *cluster) client(name string) *client {
	c.t.Helper()
	for range 100 {
		m, err := c.leader().OpenSession(context.Background(), name)
		if err == nil {
			return &client{c: c, id: m.Session()}
		}
	}
	c.t.Fatal("no session")
	return nil
}

// do calls f with each node's service until it answers.
func (k *client) do(ctx context.Context, f func(ctx context.Context, m fs.Meta) error) error {
	for i := 0; ctx.Err() == nil; i++ {
		n := k.c.node(i)
		if n == nil || !n.leads() {
			time.Sleep(time.Millisecond)
			continue
		}
		try, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
		m, err := n.Attach(try, k.id)
		if err == nil {
			err = f(try, m)
		}
		cancel()
		if err == nil {
			return nil
		}
		switch fs.KindOf(err) {
		case fs.KindUnavailable, fs.KindNotLeader, fs.KindTimeout, fs.KindCanceled:
		default:
			return err
		}
	}
	return ctx.Err()
}

func (k *client) propose(ctx context.Context, ops ...fs.Op) (res fs.Result, err error) {
	k.seq++
	tx := fs.Tx{Seq: k.seq, Time: 1, Ops: ops}
	err = k.do(ctx, func(ctx context.Context, m fs.Meta) (err error) {
		t := tx
		res, err = m.Propose(ctx, &t, fs.Committed)
		return err
	})
	return res, err
}

// registerInput is an operation on one of several registers.
type registerInput struct {
	register int
	write    bool
	value    int64
}

// registerModel is a register that is 0 at first; its output is what a read read.
var registerModel = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		by := map[int][]porcupine.Operation{}
		for _, op := range history {
			r := op.Input.(registerInput).register
			by[r] = append(by[r], op)
		}
		var out [][]porcupine.Operation
		for _, ops := range by {
			out = append(out, ops)
		}
		return out
	},
	Init: func() any { return int64(0) },
	Step: func(state, input, output any) (bool, any) {
		in := input.(registerInput)
		if in.write {
			return true, in.value
		}
		return output.(int64) == state.(int64), state
	},
}

// TestLinearizable has clients read and write some files' times while nodes are cut off and restarted, and
// checks the history.
func TestLinearizable(t *testing.T) {
	rng := newRand(t)
	const registers, clients = 3, 4
	c := newCluster(t, 3, func(o *Options) { o.SnapshotBytes, o.Retention = 4<<10, 8 })
	setup := c.client("setup")
	ctx, cancel := context.WithTimeout(context.Background(), 120*time.Second)
	defer cancel()
	var inos []fs.Ino
	for i := range registers {
		res, err := setup.propose(ctx, &fs.Alloc{Inos: 1, Stripes: 1})
		if err != nil {
			t.Fatal(err)
		}
		ino := fs.Ino(res.Ops[0].ID)
		inos = append(inos, ino)
		_, err = setup.propose(ctx, &fs.Create{Parent: fs.RootIno, Name: fmt.Sprint(i), Ino: ino, Mode: fs.ModeRegular | 0o644},
			&fs.SetAttr{Ino: ino, Set: fs.SetMtime, Mtime: 0})
		if err != nil {
			t.Fatal(err)
		}
	}
	var mu sync.Mutex
	var history []porcupine.Operation
	start := time.Now()
	running, stop := context.WithTimeout(ctx, 3500*time.Millisecond)
	defer stop()
	var wg sync.WaitGroup
	for id := range clients {
		k := c.client(fmt.Sprint("client", id))
		rng := rand.New(rand.NewPCG(rng.Uint64(), uint64(id)))
		wg.Go(func() {
			for n := int64(1); running.Err() == nil; n++ {
				in := registerInput{register: rng.IntN(registers), write: rng.IntN(2) == 0, value: n*clients + int64(id)}
				op := porcupine.Operation{ClientId: id, Input: in, Call: time.Since(start).Nanoseconds(), Output: int64(0)}
				var err error
				if in.write {
					// Once begun, a write is repeated until it is answered.
					_, err = k.propose(ctx, &fs.SetAttr{Ino: inos[in.register], Set: fs.SetMtime, Mtime: in.value})
				} else {
					err = k.do(ctx, func(ctx context.Context, m fs.Meta) error {
						a, err := m.GetAttr(ctx, inos[in.register])
						op.Output = a.Mtime
						return err
					})
				}
				if err != nil {
					t.Errorf("client %d: %v", id, err)
					return
				}
				op.Return = time.Since(start).Nanoseconds()
				mu.Lock()
				history = append(history, op)
				mu.Unlock()
			}
		})
	}
	c.torment(running, rng)
	wg.Wait()
	t.Logf("%d operations", len(history))
	if got := porcupine.CheckOperationsTimeout(registerModel, history, 30*time.Second); got != porcupine.Ok {
		t.Errorf("the history of %d operations is %v", len(history), got)
	}
	c.converge()
}

// torment cuts off and restarts one node after the other.
func (c *cluster) torment(ctx context.Context, rng *rand.Rand) {
	pause := func(d time.Duration) {
		select {
		case <-time.After(d):
		case <-ctx.Done():
		}
	}
	for ctx.Err() == nil {
		i := rng.IntN(len(c.peers))
		pause(time.Duration(rng.IntN(300)) * time.Millisecond)
		switch rng.IntN(3) {
		case 0:
			c.stop(i)
			pause(time.Duration(rng.IntN(400)) * time.Millisecond)
			c.start(i)
		default:
			c.isolate(i, true)
			pause(time.Duration(100+rng.IntN(500)) * time.Millisecond)
			c.isolate(i, false)
		}
	}
}

// TestOnceAcrossLeaders creates files, each exactly once however often it is proposed, while leaders change.
func TestOnceAcrossLeaders(t *testing.T) {
	rng := newRand(t)
	c := newCluster(t, 3, nil)
	ctx, cancel := context.WithTimeout(context.Background(), 120*time.Second)
	defer cancel()
	running, stop := context.WithTimeout(ctx, 2*time.Second)
	defer stop()
	k := c.client("w")
	res, err := k.propose(ctx, &fs.Alloc{Inos: 1 << 16, Stripes: 1})
	if err != nil {
		t.Fatal(err)
	}
	first := res.Ops[0].ID
	made := 0
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ; running.Err() == nil; made++ {
			op := &fs.Create{Parent: fs.RootIno, Name: fmt.Sprint(made), Ino: fs.Ino(first + uint64(made)), Mode: fs.ModeRegular | 0o644}
			if _, err := k.propose(ctx, op); err != nil {
				t.Errorf("file %d: %v", made, err) // KindExists: it was applied twice
				return
			}
		}
	}()
	c.torment(running, rng)
	<-done
	t.Logf("%d files", made)
	m, err := c.leader().Attach(ctx, k.id)
	if err != nil {
		t.Fatal(err)
	}
	list, err := m.ReadDir(ctx, fs.RootIno, "", 1<<20)
	if err != nil || len(list) != made {
		t.Errorf("%d files of %d, %v", len(list), made, err)
	}
	c.converge()
	checkState(t, c.leader())
}

// TestSnapshotInstall starts a node that joins when the log's beginning is gone.
func TestSnapshotInstall(t *testing.T) {
	c := newCluster(t, 1, func(o *Options) { o.Retention = 4 })
	lead := c.leader()
	m := openSession(t, lead, "w")
	for i := range 200 {
		if _, err := m.Propose(t.Context(), createTx(t, m, fs.RootIno, fmt.Sprint(i)), fs.Committed); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the second is not the newest store's only link
		if err := lead.log.(*raftLog).raft.Snapshot().Error(); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Propose(t.Context(), createTx(t, m, fs.RootIno, fmt.Sprint("after", lead.applied.Load())), fs.Committed); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	// Entries go on being applied while snapshots are taken and sent.
	writing, stop := context.WithCancel(ctx)
	written := make(chan struct{})
	k := c.client("busy")
	go func() {
		defer close(written)
		for i := 0; writing.Err() == nil; i++ {
			if _, err := k.propose(ctx, &fs.SetXattr{Ino: fs.RootIno, Name: "user.busy", Value: fmt.Append(nil, i)}); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	if err := lead.log.(*raftLog).raft.Snapshot().Error(); err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	c.peers = append(c.peers, Peer{Name: "n1", Addr: "n1"})
	c.dirs = append(c.dirs, t.TempDir())
	c.nodes, c.trans, c.cut = append(c.nodes, nil), append(c.trans, nil), append(c.cut, false)
	c.mu.Unlock()
	c.adjust = func(o *Options) { o.Join, o.Bootstrap = true, nil }
	c.start(1)
	if err := lead.AddVoter(t.Context(), c.peers[1]); err != nil {
		t.Fatal(err)
	}
	if _, err := c.client("c").propose(ctx, &fs.SetXattr{Ino: fs.RootIno, Name: "user.together", Value: []byte("x")}); err != nil {
		t.Fatal(err)
	}
	if got := c.node(1).stats.restored.Load(); got == 0 {
		t.Errorf("the new node restored no snapshot")
	}
	stop()
	<-written
	c.converge()
	checkState(t, c.leader())
	c.stop(1) // and it opens again with what it was given
	c.start(1)
	c.converge()
	if got := c.node(1).stats.restored.Load(); got != 0 {
		t.Errorf("opening again restored %d snapshots", got)
	}
}

// TestFollowerRefuses asks the wrong node.
func TestFollowerRefuses(t *testing.T) {
	c := newCluster(t, 3, nil)
	lead := c.leader()
	m := openSession(t, lead, "a")
	for i := range c.peers {
		n := c.node(i)
		if n == lead {
			continue
		}
		deadline := time.Now().Add(30 * time.Second)
		for {
			_, err := n.Attach(t.Context(), m.Session())
			var e *fs.Error
			if errors.As(err, &e) && e.Kind == fs.KindNotLeader && e.Path == lead.o.Name {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("a follower answers %v", err)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
}

// TestLostAccepted cuts a leader off with accepted Txs: Sync tells that they are lost, nobody sees them, and
// proposed again to the new leader they are applied.
func TestLostAccepted(t *testing.T) {
	c := newCluster(t, 3, nil)
	lead := c.leader()
	m := openSession(t, lead, "a")
	first := createTx(t, m, fs.RootIno, "first")
	if _, err := m.Propose(t.Context(), first, fs.Committed); err != nil {
		t.Fatal(err)
	}
	for i := range c.peers {
		if c.node(i) == lead {
			c.isolate(i, true)
			defer c.isolate(i, false)
		}
	}
	tx := createTx(t, m, fs.RootIno, "lost")
	if _, err := m.Propose(t.Context(), tx, fs.Accepted); err != nil {
		t.Skipf("the leader found out before the Tx was accepted: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	if err := m.Sync(ctx); fs.KindOf(err) != fs.KindUnavailable {
		t.Errorf("Sync of a lost Tx: %v", err)
	}
	next, err := c.leader().Attach(ctx, m.Session())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := next.Lookup(ctx, fs.RootIno, "lost"); !errors.Is(err, fs.KindNotFound) {
		t.Errorf("the lost file is there: %v", err)
	}
	if _, err := next.Propose(ctx, tx, fs.Committed); err != nil {
		t.Errorf("proposing it again: %v", err)
	}
	if _, err := next.Lookup(ctx, fs.RootIno, "lost"); err != nil {
		t.Errorf("proposed again: %v", err)
	}
}
