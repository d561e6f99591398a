package state

import (
	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
)

// Window is how many Txs of a session are remembered, to answer a retry.
const Window = 1024

// Effects is what an applied Tx means to those who watch. A retried Tx has none.
type Effects struct {
	Changes  []fs.Change // each inode once, then each entry once
	Queued   int         // invocations that wait since
	Triggers bool        // the set of triggers, or one of them, changed
	Map      bool        // servers or placement groups changed
	Sessions bool        // a session began or ended
	Orphans  []fs.Ino    // inodes that lost their last name and are not deleted yet
	Dead     int         // stripes that nothing refers to any more
	Missing  int         // stripes that now miss shards they did not miss before
}

// Machine applies Txs. It keeps caches that a view's content fully determines, so it may be
// used for different views in turn. It is for one goroutine at a time.
type Machine struct {
	// NoEvents leaves out events: for a view that is never made real. The Tx that makes it real has them.
	NoEvents bool

	triggers matcher
	t        txn
}

// NewMachine returns a Machine.
func NewMachine() *Machine { return &Machine{} }

// Format makes an empty file system in an empty view: the root directory, which belongs to
// root with mode 0755. Errors: KindExists.
func Format(v kv.View, now int64) error {
	var c Counters
	if ok, err := load(v, []byte{tagCounters}, c.decode); err != nil || ok {
		if err == nil {
			err = fs.KindExists
		}
		return named("format", "", err)
	}
	c = Counters{NextIno: fs.RootIno + 1, NextStripe: 1, NextSession: 1, NextServer: 1, NextPG: 1, NextInvocation: 1, Inodes: 1, MapIndex: 1}
	root := inode{Attr: fs.Attr{
		Ino: fs.RootIno, Parent: fs.RootIno, Mode: fs.ModeDir | 0o755, Nlink: 2, Size: dirSize,
		Atime: now, Mtime: now, Ctime: now, Btime: now, Version: 1, DataVersion: 1,
	}}
	v.Set([]byte{tagCounters}, c.append(nil))
	v.Set(key1(nil, tagInode, fs.RootIno), root.append(nil))
	return nil
}

// Apply is Machine.Apply of a new Machine.
func Apply(v kv.View, tx *fs.Tx) (fs.Result, Effects, error) { return NewMachine().Apply(v, tx) }

// Apply applies a Tx to a view, all of it or, with an error, nothing. A Tx that its session proposed
// before and that was applied then is answered with the first result, and has no effects.
//
// Errors are *fs.Error: those of the operations, KindConflict for a precondition, KindStale
// for a session that is unknown or a Seq older than the window. One with kv.ErrIO in its chain is the view's, and one of KindCorrupt a damaged
// record: nothing was changed, but the view must not be used further.
//
// The Tx is not kept. Its inline bytes and names are copied.
func (m *Machine) Apply(v kv.View, tx *fs.Tx) (fs.Result, Effects, error) {
	t := &m.t
	t.begin(m, v, tx)
	defer t.end()
	res, retried, err := t.run()
	if err != nil {
		return fs.Result{}, Effects{}, named("apply", "", err)
	}
	if retried {
		return res, Effects{}, nil
	}
	t.v.Flush(v)
	return res, t.eff, nil
}

// txn is a Tx while it is applied. Records that change are collected decoded and
// written at the end; every walk over them is in the order in which they were first needed, never a map's.
type txn struct {
	m  *Machine
	v  kv.Overlay
	tx *fs.Tx
	c  Counters
	// first is the counters as the Tx found them.
	first Counters
	eff   Effects

	inodes  table[fs.Ino, inode]
	stripes table[fs.StripeID, stripe]
	stats   table[string, stats]
	entries []fs.Change
	events  []event
	closed  bool // this Tx ended its own session

	key, buf []byte // scratch
}

func (t *txn) begin(m *Machine, v kv.View, tx *fs.Tx) {
	t.m, t.tx = m, tx
	t.v.Rebase(v)
}

// end lets go of everything that belongs to the Tx, and of scratch that grew large.
func (t *txn) end() {
	keep := txn{key: t.key, buf: t.buf, v: t.v, entries: t.entries[:0], events: t.events[:0]}
	keep.v.Rebase(nil)
	keep.inodes, keep.stripes, keep.stats = t.inodes.reset(), t.stripes.reset(), t.stats.reset()
	if cap(keep.buf) > 1<<20 {
		keep.buf = nil
	}
	clear(t.entries)
	clear(t.events)
	*t = keep
}

func (t *txn) run() (res fs.Result, retried bool, err error) {
	if ok, err := load(&t.v, []byte{tagCounters}, t.c.decode); err != nil || !ok {
		if err == nil {
			err = fs.Errorf("", fs.KindCorrupt, "", "the view is not formatted")
		}
		return res, false, err
	}
	t.first = t.c
	if res, retried, err = t.retry(); err != nil || retried {
		return res, retried, err
	}
	if err := t.preconditions(); err != nil {
		return res, false, err
	}
	if err := t.m.triggers.follow(&t.v, t.c.Epoch, t.m.NoEvents); err != nil {
		return res, false, err
	}
	res.Ops = make([]fs.OpResult, len(t.tx.Ops))
	for i, op := range t.tx.Ops {
		if err := t.apply(op, &res.Ops[i]); err != nil {
			return res, false, named(describe(op), "", err)
		}
	}
	return res, false, t.finish(&res)
}

// retry finds the session and answers a Tx that was applied before.
func (t *txn) retry() (fs.Result, bool, error) {
	if t.tx.Session == 0 {
		return fs.Result{}, false, nil
	}
	t.key = key1(t.key[:0], tagSession, t.tx.Session)
	if _, ok, err := t.v.Get(t.key); err != nil {
		return fs.Result{}, false, storage(err)
	} else if !ok {
		return fs.Result{}, false, fs.Errorf("", fs.KindStale, "", "session %d has ended", t.tx.Session)
	}
	if t.tx.Seq == 0 {
		return fs.Result{}, false, nil
	}
	t.key = keyDone(t.key[:0], t.tx.Session, t.tx.Seq)
	v, ok, err := t.v.Get(t.key)
	if err != nil {
		return fs.Result{}, false, storage(err)
	}
	if !ok {
		return fs.Result{}, false, nil
	}
	d := fs.Decoder{B: v}
	switch seq := fs.Seq(d.Uint()); {
	case d.Err == nil && seq < t.tx.Seq:
		return fs.Result{}, false, nil
	case d.Err == nil && seq > t.tx.Seq:
		return fs.Result{}, false, fs.Errorf("", fs.KindStale, "", "sequence %d is too old to be known", t.tx.Seq)
	}
	var x done
	err = parse(t.key, v, x.decode)
	return x.Result, true, err
}

func (t *txn) preconditions() error {
	for i := range t.tx.Pre {
		p := &t.tx.Pre[i]
		holds, err := t.holds(p)
		if err != nil {
			return err
		}
		if !holds {
			return fs.Errorf("precondition", fs.KindConflict, p.Name, "inode %d is not as it was read", p.Ino)
		}
	}
	return nil
}

func (t *txn) holds(p *fs.Pre) (bool, error) {
	if p.Kind == fs.PreEntry {
		e, ok, err := t.entry(p.Ino, p.Name)
		if err != nil || !ok {
			return p.Child == 0, err
		}
		return e.Ino == p.Child, nil
	}
	n, err := t.inode(p.Ino)
	if err == fs.KindNotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	switch p.Kind {
	case fs.PreVersion:
		return n.Version == p.Version, nil
	case fs.PreData:
		return n.DataVersion == p.Version, nil
	}
	return false, invalid("unknown precondition %d", p.Kind)
}

// apply does one operation. Those of the service are root's when the Tx is to be checked, but for the ones
// that a function's Tx ends with.
func (t *txn) apply(op fs.Op, r *fs.OpResult) error {
	switch op := op.(type) {
	case *fs.Create:
		return t.create(op, r)
	case *fs.Link:
		return t.link(op, r)
	case *fs.Unlink:
		return t.unlink(op, r)
	case *fs.Rename:
		return t.rename(op, r)
	case *fs.SetAttr:
		return t.setAttr(op, r)
	case *fs.SetXattr:
		return t.setXattr(op, r)
	case *fs.Commit:
		return t.commit(op, r)
	case *fs.Punch:
		return t.punch(op, r)
	case *fs.Clone:
		return t.clone(op, r)
	case *fs.Alloc:
		return t.alloc(op, r)
	case *fs.OpenSession:
		return t.openSession(op, r)
	case *fs.Ack:
		return t.ack(op)
	case *fs.Fail:
		return t.fail(op)
	}
	if err := t.mayAdmin(); err != nil {
		return err
	}
	return t.administer(op, r)
}

func (t *txn) administer(op fs.Op, r *fs.OpResult) error {
	switch op := op.(type) {
	case *fs.Relocate:
		return t.relocate(op, r)
	case *fs.Reap:
		return t.reap(op, r)
	case *fs.Forget:
		return t.forget(op)
	case *fs.Missing:
		return t.missing(op)
	case *fs.CloseSession:
		return t.closeSession(op)
	case *fs.PutServer:
		return t.putServer(op, r)
	case *fs.PutPG:
		return t.putPG(op, r)
	case *fs.PutTrigger:
		return t.putTrigger(op)
	case *fs.SetTrigger:
		return t.setTrigger(op)
	case *fs.DropTrigger:
		return t.dropTrigger(op)
	case *fs.Requeue:
		return t.requeue(op, r)
	case *fs.Enqueue:
		return t.enqueueOp(op, r)
	}
	return fs.KindUnsupported
}

// describe names an operation for people.
func describe(op fs.Op) string {
	switch op.(type) {
	case *fs.Create:
		return "create"
	case *fs.Link:
		return "link"
	case *fs.Unlink:
		return "unlink"
	case *fs.Rename:
		return "rename"
	case *fs.SetAttr:
		return "setattr"
	case *fs.SetXattr:
		return "setxattr"
	case *fs.Commit:
		return "commit"
	case *fs.Punch:
		return "punch"
	case *fs.Clone:
		return "clone"
	case *fs.Relocate:
		return "relocate"
	case *fs.Reap:
		return "reap"
	case *fs.Alloc:
		return "alloc"
	case *fs.PutServer:
		return "put server"
	case *fs.PutPG:
		return "put placement group"
	case *fs.PutTrigger, *fs.SetTrigger, *fs.DropTrigger:
		return "trigger"
	case *fs.Enqueue:
		return "enqueue"
	case *fs.Ack:
		return "ack"
	case *fs.Fail:
		return "fail"
	}
	return "apply"
}

// finish writes what was collected and remembers the result.
func (t *txn) finish(res *fs.Result) error {
	if err := t.queueEvents(); err != nil {
		return err
	}
	t.settleStripes()
	t.settleInodes()
	for _, s := range t.stats.list {
		if s.gone {
			t.remove(keyString(t.key[:0], tagStats, s.name))
			continue
		}
		t.set(keyString(t.key[:0], tagStats, s.name), s.Append(t.buf[:0]))
	}
	if t.c != t.first {
		t.set(append(t.key[:0], tagCounters), t.c.append(t.buf[:0]))
	}
	if t.tx.Session != 0 && t.tx.Seq != 0 && !t.closed {
		x := done{Seq: t.tx.Seq, Result: *res}
		t.set(keyDone(t.key[:0], t.tx.Session, t.tx.Seq), x.append(t.buf[:0]))
	}
	return nil
}

// settleInodes writes the changed inodes and tells of the changes.
func (t *txn) settleInodes() {
	for _, n := range t.inodes.list {
		if n.gone {
			t.remove(key1(t.key[:0], tagInode, n.Ino))
		} else if n.dirty {
			t.set(key1(t.key[:0], tagInode, n.Ino), n.append(t.buf[:0]))
		}
		if n.changed || n.gone {
			t.eff.Changes = append(t.eff.Changes, fs.Change{Ino: n.Ino, Data: n.data})
		}
		if n.orphaned && n.Nlink == 0 && !n.gone {
			t.eff.Orphans = append(t.eff.Orphans, n.Ino)
		}
	}
	t.eff.Changes = append(t.eff.Changes, t.entries...)
}

// set writes a key; it and val may be the scratch buffers.
func (t *txn) set(key, val []byte) {
	t.key, t.buf = key, val
	t.v.Set(key, val)
}

func (t *txn) remove(key []byte) {
	t.key = key
	t.v.Delete(key)
}
