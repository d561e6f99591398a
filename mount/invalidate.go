package mount

import (
	"sync"

	"github.com/wakefs/wakefs/fs"
)

// changeQueue collects what the kernel is to be told, each thing once.
type changeQueue struct {
	mu      sync.Mutex
	pending map[fs.Change]bool
	wake    chan struct{} // holds one token when there is something
	closed  bool
}

func (q *changeQueue) init() {
	q.pending = make(map[fs.Change]bool)
	q.wake = make(chan struct{}, 1)
}

func (q *changeQueue) add(c fs.Change) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return
	}
	q.pending[c] = true
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *changeQueue) take() map[fs.Change]bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	p := q.pending
	q.pending = make(map[fs.Change]bool)
	return p
}

func (q *changeQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.closed {
		q.closed = true
		close(q.wake)
	}
}

// Changed tells the kernel, soon, what another session changed. It never blocks.
func (m *Mount) Changed(c fs.Change) { m.changes.add(c) }

// invalidator is the only goroutine that tells the kernel of names and pages: both wait for
// locks that requests hold.
func (m *Mount) invalidator() {
	for range m.changes.wake {
		for c := range m.changes.take() {
			if c.Parent != 0 {
				m.server.EntryNotify(uint64(c.Parent), c.Name)
				m.server.InodeNotify(uint64(c.Parent), -1, 0)
			}
			switch {
			case c.Ino != 0 && c.Data:
				m.server.InodeNotify(uint64(c.Ino), 0, 0)
			case c.Ino != 0:
				m.server.InodeNotify(uint64(c.Ino), -1, 0)
			}
		}
	}
}
