package meta

import (
	"errors"
	"fmt"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
	"github.com/wakefs/wakefs/meta/state"
)

// logged is an entry at its place in the log.
type logged struct {
	index, term uint64
	data        []byte
}

// apply brings committed entries into the store, in one write. It is called by the log's
// goroutine, in order. Entries that are in the store already are skipped.
func (n *Node) apply(batch []logged) {
	if n.failure.Load() != nil {
		return
	}
	changes := n.store.begin()
	last := n.applied.Load()
	var landed []*entry
	var done []accepted
	for _, l := range batch {
		if l.index <= last {
			n.stats.skipped.Add(1)
			continue
		}
		last = l.index
		d, err := decodeEntry(l.data)
		if err != nil {
			n.fatal(fmt.Errorf("log entry %d: %w", l.index, err))
			return
		}
		if d.term != l.term {
			n.stats.stale.Add(1)
			continue
		}
		n.stats.applied.Add(1)
		// The leader validated its own entries of this term one after another on the very state that precedes
		// them, so what they change is known. Everyone else executes them.
		if e := n.prop.own(d.term, d.number, len(landed)); e != nil {
			n.stats.reused.Add(1)
			for i := range e.txs {
				e.txs[i].delta.Flush(changes)
			}
			landed = append(landed, e)
			done = append(done, e.txs...)
			continue
		}
		executed, err := n.execute(changes, &d)
		if err != nil {
			n.fatal(fmt.Errorf("log entry %d: %w", l.index, err))
			return
		}
		done = append(done, executed...)
	}
	if last == n.applied.Load() {
		return
	}
	if err := n.commitApplied(changes, last, landed); err != nil {
		n.fatal(err)
		return
	}
	n.announce(done)
	for _, e := range landed {
		n.prop.landed(e)
	}
}

// execute runs an entry's Txs, as every replica does.
func (n *Node) execute(changes *kv.Overlay, d *decodedEntry) ([]accepted, error) {
	var out []accepted
	for len(d.txs.B) > 0 && d.txs.Err == nil {
		var tx fs.Tx
		tx.Decode(&d.txs)
		if d.txs.Err != nil {
			break
		}
		delta := kv.NewOverlay(changes)
		_, effects, err := n.machine.Apply(delta, &tx)
		if err != nil {
			return nil, fmt.Errorf("a Tx that its leader accepted fails here (session %d, seq %d): %w", tx.Session, tx.Seq, err)
		}
		delta.Flush(changes)
		out = append(out, accepted{session: tx.Session, effects: effects})
	}
	return out, d.txs.Err
}

// commitApplied writes the changes and the index they bring the store to, and takes them out of what
// is pending.
//
// The store is written without Node.mu where it can be: on a leader all that is written is pending, so whoever reads
// through what is pending does not look for it in the store. Those that read the applied state alone, key
// by key, are kept out by Node.base.
func (n *Node) commitApplied(changes *kv.Overlay, index uint64, landed []*entry) error {
	putIndex(changes, index)
	if err := n.writeStore(index); err != nil {
		return err
	}
	for _, e := range landed {
		for i := 0; i < len(e.txs); i += dropChunk {
			n.dropPending(e.txs[i:min(i+dropChunk, len(e.txs))])
		}
	}
	return nil
}

// dropChunk is how many Txs are dropped from what is pending while readers wait.
const dropChunk = 64

func (n *Node) dropPending(txs []accepted) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.mu.pending.live {
		return
	}
	for i := range txs {
		n.mu.pending.drop(txs[i].delta, txs[i].gen)
	}
}

func (n *Node) writeStore(index uint64) error {
	n.base.Lock()
	defer n.base.Unlock()
	if !n.store.concurrent() {
		n.mu.Lock()
		defer n.mu.Unlock()
	}
	if err := n.store.commit(); err != nil {
		return err
	}
	n.applied.Store(index)
	return nil
}

// announce tells what Txs did to those who wait for it.
func (n *Node) announce(txs []accepted) {
	queued, sum := 0, state.Effects{}
	for i := range txs {
		t := &txs[i]
		n.feed.add(t.session, t.effects.Changes)
		queued += t.effects.Queued
		sum.Orphans = append(sum.Orphans, t.effects.Orphans...)
		sum.Dead += t.effects.Dead
		sum.Map = sum.Map || t.effects.Map
		sum.Missing += t.effects.Missing
	}
	if queued > 0 {
		n.queue.wake()
	}
	if len(sum.Orphans) > 0 {
		n.reaper.orphaned(sum.Orphans)
	}
	if sum.Dead > 0 {
		n.reaper.kick()
	}
	if sum.Map {
		n.placer.kick()
	}
}

// lead makes this node serve: everything before its term is applied.
func (n *Node) lead(term uint64) error {
	n.feed.lose()
	n.locks.reset(errNotLeading)
	if err := n.recover(); err != nil {
		return err
	}
	n.locks.open()
	n.prop.begin(term)
	n.queue.wake()
	n.reaper.kick()
	n.placer.lead()
	return nil
}

// resign ends serving.
func (n *Node) resign(cause error) {
	n.prop.end(cause)
	n.locks.reset(cause)
	n.queue.wake()
	n.feed.lose()
}

var errNotLeading = fs.E("metadata", fs.KindUnavailable, "", errors.New("the leader has changed"))

// recover makes what a leader keeps in memory from the state.
func (n *Node) recover() error {
	n.mu.RLock()
	defer n.mu.RUnlock()
	sessions, err := state.Sessions(n.store)
	if err != nil {
		return err
	}
	n.sessions.reset(sessions, n.o.Clock())
	return n.reaper.recover(n.store, n.sessions.ids())
}
