package meta

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"
	raftboltdb "github.com/hashicorp/raft-boltdb/v2"
	"go.etcd.io/bbolt"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
	"github.com/wakefs/wakefs/meta/wal"
)

// raftLog is the entryLog over hashicorp/raft.
type raftLog struct {
	n     *Node
	raft  *raft.Raft
	bolt  *raftboltdb.BoltStore // term and vote
	files *disk.Real            // of wal
	wal   *wal.Log
	snaps *snapshotStore

	alone      atomic.Bool  // the committed configuration has one voter: this node
	sinceSnap  atomic.Int64 // bytes of entries applied since the last snapshot was asked for
	written    int64        // bytes of entries applied; for the applying goroutine
	snapshotCh chan struct{}
	notify     chan bool // raft's word on leading
	done       sync.WaitGroup
	ctx        context.Context
	stop       context.CancelFunc
}

// Open opens or makes the node whose directory is o.Dir, and returns while it looks for a leader; a lone voter
// leads within a moment (see WaitLeader). Errors: KindUnavailable (the directory is in use), KindInvalid
// (it is of a newer version), KindCorrupt.
func Open(o Options) (*Node, error) {
	o = o.withDefaults()
	if err := o.validate(); err != nil {
		return nil, err
	}
	dir, err := openDir(o.Dir)
	if err != nil {
		return nil, err
	}
	n, err := openNode(o, dir)
	if err != nil {
		return nil, errors.Join(fs.E("open metadata", kindOf(err), o.Dir, err), dir.close())
	}
	n.startBackground()
	return n, nil
}

func kindOf(err error) fs.Kind {
	var e *fs.Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return fs.KindOther
}

func openNode(o Options, dir *dataDir) (*Node, error) {
	if err := settleState(dir.disk); err != nil {
		return nil, err
	}
	snaps, err := newSnapshotStore(dir.disk, "snapshots")
	if err != nil {
		return nil, err
	}
	store, err := openPebbleStore(dir.sub("state"), &o)
	if err != nil {
		return nil, err
	}
	n := newNode(o, store)
	n.dir = dir
	l := &raftLog{n: n, snaps: snaps, snapshotCh: make(chan struct{}, 1), notify: make(chan bool, 64)}
	l.ctx, l.stop = context.WithCancel(context.Background())
	n.log = l
	if err := l.open(&o, dir); err != nil {
		return nil, errors.Join(err, n.store.close()) // which a restore may have exchanged
	}
	return n, nil
}

// open brings the store up to the newest snapshot and starts raft.
func (l *raftLog) open(o *Options, dir *dataDir) (err error) {
	if err := l.catchUp(); err != nil {
		return err
	}
	if err := l.n.format(); err != nil {
		return err
	}
	l.bolt, err = raftboltdb.New(raftboltdb.Options{
		Path: dir.sub("raft.db"),
		BoltOptions: &bbolt.Options{
			Timeout: time.Second, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType,
		},
	})
	if err != nil {
		return err
	}
	if err = l.openWAL(dir); err == nil {
		err = l.start(o)
	}
	if err != nil {
		return errors.Join(err, l.closeStores())
	}
	return nil
}

func (l *raftLog) openWAL(dir *dataDir) (err error) {
	if l.files, err = disk.MakeReal(dir.sub("wal")); err != nil {
		return err
	}
	if l.wal, err = wal.Open(l.files, wal.Options{}); err != nil {
		return err
	}
	return l.dropCovered()
}

// dropCovered drops a log that ends before the newest snapshot: a crash came between receiving that and dropping
// it. Raft will go on behind the snapshot, and a log has no gaps.
func (l *raftLog) dropCovered() error {
	last, err := l.wal.LastIndex()
	if err != nil || last == 0 {
		return err
	}
	records, err := l.snaps.records()
	if err != nil || len(records) == 0 || records[0].Index <= last {
		return err
	}
	return l.wal.DeleteRange(0, last)
}

func (l *raftLog) closeStores() error {
	err := l.bolt.Close()
	if l.wal != nil {
		err = errors.Join(err, l.wal.Close())
	}
	if l.files != nil {
		err = errors.Join(err, l.files.Close())
	}
	return err
}

func (l *raftLog) start(o *Options) error {
	conf := raft.DefaultConfig()
	conf.LocalID = raft.ServerID(o.Name)
	conf.HeartbeatTimeout, conf.ElectionTimeout = o.Election, o.Election
	conf.LeaderLeaseTimeout = o.Election / 2
	conf.CommitTimeout = min(conf.CommitTimeout, o.Election/4)
	conf.MaxAppendEntries = 64
	conf.BatchApplyCh = true // append never waits: there are never more than maxInFlight
	conf.NoSnapshotRestoreOnStart = true
	conf.SnapshotThreshold = 8192
	conf.TrailingLogs = o.Retention
	conf.NotifyCh = l.notify
	conf.Logger = newRaftLogger(o.Logger, o.Transport == nil)
	trans := o.Transport
	if trans == nil {
		_, trans = raft.NewInmemTransport(raft.ServerAddress(o.Addr))
	}
	// No raft.LogCache before it: that counts entries, not bytes, and the kernel has what was just written.
	logs := careful{l.wal, l.n}
	known, err := raft.HasExistingState(logs, l.bolt, l.snaps)
	if err != nil {
		return err
	}
	if !known && !o.Join {
		var peers raft.Configuration
		for _, p := range o.Bootstrap {
			peers.Servers = append(peers.Servers, raft.Server{ID: raft.ServerID(p.Name), Address: raft.ServerAddress(p.Addr)})
		}
		if err := raft.BootstrapCluster(conf, logs, l.bolt, l.snaps, trans, peers); err != nil {
			return err
		}
	}
	l.raft, err = raft.NewRaft(conf, &fsm{l}, logs, l.bolt, l.snaps, trans)
	if err != nil {
		return err
	}
	l.done.Go(l.followOffice)
	l.done.Go(l.takeSnapshots)
	l.checkSpace()
	l.watchSpace()
	return nil
}

// catchUp restores the newest snapshot if the store is older than what is in it: a crash came between
// receiving a snapshot and restoring it. It sets Node.applied.
//
// A snapshot of our own never needs that: it is a checkpoint of the store, flushed before. Its index may
// be greater than the index in it, by entries that do not reach the store, as configurations do.
func (l *raftLog) catchUp() error {
	index, err := storedIndex(l.n.store)
	if err != nil {
		return err
	}
	l.n.applied.Store(index)
	records, err := l.snaps.records()
	if err != nil || len(records) == 0 || records[0].Applied <= index {
		return err
	}
	_, r, err := l.snaps.Open(records[0].ID)
	if err != nil {
		return err
	}
	return errors.Join(l.n.restore(r), r.Close())
}

// followOffice begins and ends leading as raft says.
func (l *raftLog) followOffice() {
	for {
		select {
		case leading := <-l.notify:
			if leading {
				l.takeOffice()
			} else {
				l.n.resign(errNotLeading)
			}
		case <-l.ctx.Done():
			return
		}
	}
}

// takeOffice serves once everything before this term is applied. If the term ends meanwhile, raft
// has said so in notify already.
func (l *raftLog) takeOffice() {
	term := l.raft.CurrentTerm()
	if err := l.raft.Barrier(0).Error(); err != nil || l.raft.CurrentTerm() != term {
		return
	}
	l.learn(l.raft.GetConfiguration().Configuration())
	if err := l.n.lead(term); err != nil {
		l.n.fatal(err)
		return
	}
	l.n.o.Logger.Info("metadata leader", "node", l.n.o.Name, "term", term)
}

// learn notes whether there are other voters.
func (l *raftLog) learn(c raft.Configuration) {
	voters, self := 0, false
	for _, s := range c.Servers {
		if s.Suffrage == raft.Voter {
			voters++
			self = self || s.ID == raft.ServerID(l.n.o.Name)
		}
	}
	l.alone.Store(self && voters == 1)
}

func (l *raftLog) append(data []byte) {
	// The outcome comes through fsm.ApplyBatch, or through notify: an entry that raft refuses or
	// loses ends the term, or the node is closing.
	l.raft.Apply(data, 0)
}

func (l *raftLog) verify(ctx context.Context) error {
	if err := l.raft.VerifyLeader().Error(); err != nil {
		return l.n.notLeading()
	}
	return ctx.Err()
}

func (l *raftLog) lone() bool { return l.alone.Load() }

func (l *raftLog) leader() (string, []string) {
	_, id := l.raft.LeaderWithID()
	var peers []string
	for _, s := range l.raft.GetConfiguration().Configuration().Servers {
		peers = append(peers, string(s.ID))
	}
	return string(id), peers
}

func (l *raftLog) position() (term, commit uint64) { return l.raft.CurrentTerm(), l.raft.CommitIndex() }

// halt stops raft without waiting: it would go on electing this node, which can't serve.
func (l *raftLog) halt() { l.raft.Shutdown() }

// careful is the log as raft sees it: a failure that is not just a full disk stops the node.
type careful struct {
	*wal.Log
	n *Node
}

// StoreLogs implements raft.LogStore.
func (c careful) StoreLogs(logs []*raft.Log) error {
	err := c.Log.StoreLogs(logs)
	if err != nil && !errors.Is(err, fs.KindNoSpace) {
		go c.n.fatal(fmt.Errorf("the log can't be written: %w", err))
	}
	if err == nil && c.n.log.lone() {
		// The only voter has it on disk: that is a majority. Raft will say so, and have it applied; whoever waits for
		// the commit is told now, three goroutines earlier.
		for _, l := range logs {
			if l.Type != raft.LogCommand {
				continue
			}
			if e, err := decodeEntry(l.Data); err == nil && e.term == l.Term {
				c.n.prop.stored(e.term, e.number)
			}
		}
	}
	return err
}

func (l *raftLog) close() error {
	err := l.raft.Shutdown().Error()
	l.stop()
	l.done.Wait()
	return errors.Join(err, l.closeStores())
}

// takeSnapshots takes one whenever enough log has been written. (Raft takes them by the
// number of entries.)
func (l *raftLog) takeSnapshots() {
	for {
		select {
		case <-l.snapshotCh:
			if err := l.raft.Snapshot().Error(); err != nil && !errors.Is(err, raft.ErrNothingNewToSnapshot) {
				l.n.o.Logger.Warn("metadata snapshot", "err", err)
			}
		case <-l.ctx.Done():
			return
		}
	}
}

// wrote counts log that a restart would have to read.
func (l *raftLog) wrote(bytes int) {
	if before := l.written; before/spaceStep != (before+int64(bytes))/spaceStep {
		l.checkSpace()
	}
	l.written += int64(bytes)
	if l.sinceSnap.Add(int64(bytes)) < l.n.o.SnapshotBytes {
		return
	}
	l.sinceSnap.Store(0)
	select {
	case l.snapshotCh <- struct{}{}:
	default:
	}
}

// fsm implements raft.BatchingFSM for a Node.
type fsm struct{ l *raftLog }

// Apply implements raft.FSM.
func (f *fsm) Apply(log *raft.Log) any { return f.ApplyBatch([]*raft.Log{log})[0] }

// ApplyBatch implements raft.BatchingFSM.
func (f *fsm) ApplyBatch(logs []*raft.Log) []any {
	batch := make([]logged, 0, len(logs))
	bytes := 0
	for _, log := range logs {
		switch log.Type {
		case raft.LogCommand:
			batch = append(batch, logged{log.Index, log.Term, log.Data})
			bytes += len(log.Data)
		case raft.LogConfiguration:
			f.l.learn(raft.DecodeConfiguration(log.Data))
		}
	}
	if len(batch) > 0 {
		f.l.n.apply(batch)
		f.l.wrote(bytes)
	}
	return make([]any, len(logs))
}

// Snapshot implements raft.FSM. The work is done in Persist, while entries go on being applied.
func (f *fsm) Snapshot() (raft.FSMSnapshot, error) {
	if failed := f.l.n.failure.Load(); failed != nil {
		return nil, *failed
	}
	return &checkpoint{f.l.n}, nil
}

// Restore implements raft.FSM.
func (f *fsm) Restore(r io.ReadCloser) error {
	err := errors.Join(f.l.n.restore(r), r.Close())
	if err != nil {
		f.l.n.fatal(fmt.Errorf("restoring a snapshot: %w", err)) // the store may be closed
	}
	return err
}

// checkpoint implements raft.FSMSnapshot: the store as it is when it is persisted, which may have
// entries after the snapshot's index. They are committed, and skipped when they come again.
type checkpoint struct{ n *Node }

// Persist implements raft.FSMSnapshot.
func (c *checkpoint) Persist(sink raft.SnapshotSink) error {
	k, ok := sink.(*snapshotSink)
	if !ok {
		return fmt.Errorf("snapshot sink is a %T", sink)
	}
	c.n.stats.snapshots.Add(1)
	return k.checkpoint(func(dir string) (uint64, error) {
		// A restore, which exchanges the store, runs on raft's applying goroutine; hold it off.
		c.n.restoring.Lock()
		defer c.n.restoring.Unlock()
		p, ok := c.n.store.(*pebbleStore)
		if !ok {
			return 0, errors.New("the store has no checkpoints")
		}
		index := c.n.applied.Load() // what is flushed is this or newer
		if err := p.Checkpoint(c.n.dir.sub(dir)); err != nil {
			return 0, err
		}
		return index, c.n.dir.disk.SyncDir(path.Dir(dir))
	})
}

// Release implements raft.FSMSnapshot.
func (c *checkpoint) Release() {}

// restore replaces the store by what a snapshot's stream holds.
func (n *Node) restore(r io.Reader) error {
	n.restoring.Lock()
	defer n.restoring.Unlock()
	if _, err := readStream(r, n.dir.disk, "state.new"); err != nil {
		return errors.Join(err, disk.RemoveAll(n.dir.disk, "state.new"))
	}
	n.base.Lock()
	defer n.base.Unlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.store.close(); err != nil {
		return err
	}
	if err := swapState(n.dir.disk); err != nil {
		return err
	}
	s, err := openPebbleStore(n.dir.sub("state"), &n.o)
	if err != nil {
		return err
	}
	n.store = s
	applied, err := storedIndex(s) // at least what the stream promised
	if err != nil {
		return err
	}
	n.applied.Store(applied)
	n.stats.restored.Add(1)
	return nil
}

// AddVoter makes a node a voter of the partition; it was opened with Join, or is one already. It
// gets a snapshot and the log after it. Errors: KindNotLeader, KindUnavailable.
func (n *Node) AddVoter(ctx context.Context, p Peer) error {
	l, ok := n.log.(*raftLog)
	if !ok {
		return fs.Errorf("add voter", fs.KindUnsupported, p.Name, "this node has no raft")
	}
	done := make(chan error, 1)
	go func() {
		done <- l.raft.AddVoter(raft.ServerID(p.Name), raft.ServerAddress(p.Addr), 0, 0).Error()
	}()
	select {
	case err := <-done:
		if errors.Is(err, raft.ErrNotLeader) {
			return n.notLeading()
		}
		if err != nil {
			return fs.E("add voter", fs.KindUnavailable, p.Name, err)
		}
		return nil
	case <-ctx.Done():
		return fs.E("add voter", fs.KindOf(ctx.Err()), p.Name, ctx.Err())
	}
}

// WaitLeader returns when this node or another one leads.
func (n *Node) WaitLeader(ctx context.Context) error {
	for {
		if n.leads() {
			return nil
		}
		if failed := n.failure.Load(); failed != nil {
			return *failed
		}
		if name, _ := n.log.leader(); name != "" && name != n.o.Name {
			return nil
		}
		select {
		case <-time.After(2 * time.Millisecond):
		case <-ctx.Done():
			return fs.Errorf("metadata", fs.KindUnavailable, n.o.Name, "no leader was elected: %w", ctx.Err())
		}
	}
}
