package meta

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/state"
)

// Node is a member of a partition's metadata service: raft around the state machine. It implements
// fs.MetaService; while it leads, it serves. All methods may be called concurrently.
type Node struct {
	o     Options
	log   entryLog
	dir   *dataDir // nil for Memory
	locks *lockTable
	feed  *changeFeed
	queue *waitQueue // who waits for invocations
	stats counters
	// machine executes entries of other leaders, for the applying goroutine.
	machine *state.Machine

	// store is the applied state. It is exchanged, by a restore, while base and mu are held for writing.
	store store
	// base is held for writing while the store is written, for reading by those who read the
	// applied state alone. It comes before mu.
	base sync.RWMutex
	// mu is held for writing while what is pending over the store changes, for reading while one
	// read or one validation runs: what they see is of one moment.
	mu struct {
		sync.RWMutex
		pending *pending
	}

	// restoring is held while the store is exchanged or copied. It comes before mu.
	restoring sync.Mutex

	prop     proposer
	sessions sessionTable
	verifier verifier
	reaper   reaper
	placer   placer

	// applied is the raft index of the last entry in the store. It is written by the applying goroutine.
	applied atomic.Uint64
	full    atomic.Bool           // the disk is nearly full
	failure atomic.Pointer[error] // what stopped the node for good

	background sync.WaitGroup
	stop       context.CancelFunc // ends background
	ctx        context.Context    // of background work
	closeOnce  sync.Once
	closeErr   error
}

// entryLog carries entries to every replica's Node.apply, in one order.
type entryLog interface {
	// append puts an entry in line. It does not wait. The outcome is a call of apply, or the end of leading.
	append(data []byte)
	// verify returns nil if no other node can have led since the call began.
	verify(ctx context.Context) error
	// lone tells whether verify need not be asked: no other node can lead.
	lone() bool
	// leader names the leader, empty if none is known, and the peers.
	leader() (name string, peers []string)
	// position tells the term and the committed index.
	position() (term, commit uint64)
	// halt ends it in the background, for good.
	halt()
	// close ends it; apply is not called afterwards.
	close() error
}

// counters are what tests and an operator want to know about a node's life.
type counters struct {
	applied    atomic.Uint64 // entries executed or taken over from the leader's validation
	reused     atomic.Uint64 // of these, taken over
	skipped    atomic.Uint64 // entries that were in the store already
	stale      atomic.Uint64 // entries of another term than their position's
	entries    atomic.Uint64 // proposed
	txs        atomic.Uint64 // accepted
	snapshots  atomic.Uint64 // taken
	restored   atomic.Uint64 // snapshots received and restored
	verifies   atomic.Uint64 // rounds of asking the others
	foreignHit atomic.Uint64 // reads that waited for another session's Tx
}

// Memory returns a node that keeps everything in memory, without raft: what is applied is
// committed. For the tests of other packages.
func Memory(o Options) (*Node, error) {
	n := newNode(o.withDefaults(), newMemStore())
	if err := n.format(); err != nil {
		return nil, err
	}
	n.log = newMemLog(n)
	if err := n.lead(1); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	n.startBackground()
	return n, nil
}

func newNode(o Options, s store) *Node {
	n := &Node{
		o: o, locks: newLockTable(),
		// A feed's positions begin at the clock: greater than those of the feed before it.
		feed:  newChangeFeed(64<<10, uint64(max(o.Clock(), 1))),
		queue: newWaitQueue(), machine: state.NewMachine(),
	}
	n.store, n.mu.pending = s, newPending()
	n.ctx, n.stop = context.WithCancel(context.Background())
	n.prop.init(n)
	n.sessions.init()
	n.verifier.n = n
	n.reaper.init(n)
	n.placer.init(n)
	return n
}

// format makes the state of a new partition, the same on every replica.
func (n *Node) format() error {
	b := n.store.begin()
	err := state.Format(b, 0)
	if errors.Is(err, fs.KindExists) {
		return nil
	}
	if err != nil {
		return err
	}
	return n.store.commit()
}

// startBackground starts what a leader does on its own.
func (n *Node) startBackground() {
	n.every(func() time.Duration { return n.o.SessionTTL / 8 }, n.expireSessions)
	n.background.Go(n.reaper.run)
	n.background.Go(n.placer.run)
}

// every calls f again and again until the node closes.
func (n *Node) every(interval func() time.Duration, f func(ctx context.Context)) {
	n.background.Go(func() {
		for {
			t := time.NewTimer(interval())
			select {
			case <-t.C:
				f(n.ctx)
			case <-n.ctx.Done():
				t.Stop()
				return
			}
		}
	})
}

// fatal stops the node for good: its store can't be trusted any more.
func (n *Node) fatal(err error) {
	err = fs.E("metadata node", fs.KindUnavailable, n.o.Name, fmt.Errorf("stopped: %w", err))
	if n.failure.CompareAndSwap(nil, &err) {
		n.o.Logger.Error("metadata node stopped; restart it when the cause is removed", "err", err)
	}
	n.resign(err)
	n.log.halt()
}

// Close stops the node. What was committed is in the store or the log; what was only accepted and
// is not committed yet is committed first.
func (n *Node) Close() error {
	n.closeOnce.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		drained := n.prop.drain(ctx) // no more than what a crash may lose is lost without
		cancel()
		if drained != nil {
			n.o.Logger.Warn("closing with accepted changes not committed", "err", drained)
		}
		n.stop()
		n.background.Wait()
		n.resign(fs.E("metadata", fs.KindUnavailable, n.o.Name, errors.New("the node is closing")))
		err := n.log.close()
		closed := fs.Errorf("metadata", fs.KindUnavailable, n.o.Name, "the node is closed")
		n.failure.CompareAndSwap(nil, &closed)
		n.base.Lock()
		n.mu.Lock()
		err = errors.Join(err, n.store.close())
		n.mu.Unlock()
		n.base.Unlock()
		if n.dir != nil {
			err = errors.Join(err, n.dir.close())
		}
		n.closeErr = err
	})
	return n.closeErr
}
