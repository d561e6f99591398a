package meta

import (
	"context"
	"slices"
	"sync"

	"github.com/wakefs/wakefs/fs"
)

// changeFeed keeps the last changes that committed Txs made, so that other sessions can
// drop what they and their kernels have cached. Positions grow by one with each change.
type changeFeed struct {
	mu      sync.Mutex
	ring    []feedEntry // entry of position p at p % len
	first   uint64      // position of the oldest entry that is kept
	next    uint64      // position of the next entry
	waiting []*feedWaiter
}

type feedEntry struct {
	session fs.SessionID // that made the change
	change  fs.Change
}

type feedWaiter struct {
	session fs.SessionID // that waits for changes of others
	after   uint64       // all before it is the session's own, or seen
	wake    chan struct{}
}

// newChangeFeed keeps size changes. Positions begin at base, which must be greater than those
// of feeds before it, so that a reader of an earlier feed is found out.
func newChangeFeed(size int, base uint64) *changeFeed {
	base = max(base, 1)
	return &changeFeed{ring: make([]feedEntry, size), first: base, next: base}
}

// add appends changes that the session made and wakes the others. Nobody is woken
// for its own changes: that would cost a lone writer more than its write.
func (f *changeFeed) add(session fs.SessionID, changes []fs.Change) {
	if len(changes) == 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	before := f.next
	for _, c := range changes {
		f.ring[f.next%uint64(len(f.ring))] = feedEntry{session, c}
		f.next++
	}
	if n := uint64(len(f.ring)); f.next-f.first > n {
		f.first = f.next - n
	}
	f.waiting = slices.DeleteFunc(f.waiting, func(w *feedWaiter) bool {
		if w.session == session {
			w.after = f.next // else its own changes would push it out of the ring
			return false
		}
		w.after = before
		close(w.wake)
		return true
	})
}

// lose makes every reader believe that anything may have changed.
func (f *changeFeed) lose() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next++
	f.first = f.next
	for _, w := range f.waiting {
		w.after = f.next - 1
		close(w.wake)
	}
	f.waiting = nil
}

// maxChanges bounds one answer.
const maxChanges = 4096

// read implements fs.Meta.Changes.
func (f *changeFeed) read(ctx context.Context, session fs.SessionID, after uint64) ([]fs.Change, uint64, error) {
	for {
		f.mu.Lock()
		if after == 0 {
			defer f.mu.Unlock()
			return nil, f.next, nil
		}
		if after < f.first || after > f.next {
			defer f.mu.Unlock()
			return []fs.Change{{}}, f.next, nil
		}
		var out []fs.Change
		for ; after < f.next && len(out) < maxChanges; after++ {
			if e := &f.ring[after%uint64(len(f.ring))]; e.session != session {
				out = append(out, e.change)
			}
		}
		if len(out) > 0 {
			f.mu.Unlock()
			return out, after, nil
		}
		w := &feedWaiter{session, after, make(chan struct{})}
		f.waiting = append(f.waiting, w)
		f.mu.Unlock()
		select {
		case <-w.wake: // which f no longer knows, so its position is ours
			after = w.after
		case <-ctx.Done():
			f.mu.Lock()
			f.waiting = slices.DeleteFunc(f.waiting, func(x *feedWaiter) bool { return x == w })
			f.mu.Unlock()
			return nil, after, fs.E("changes", fs.KindOf(ctx.Err()), "", ctx.Err())
		}
	}
}
