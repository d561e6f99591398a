package meta

import (
	"context"
	"sync"

	"github.com/wakefs/wakefs/fs"
)

// verifier makes sure that this node still leads before a read. One round of asking the others
// serves all readers that came before it began.
type verifier struct {
	n       *Node
	mu      sync.Mutex
	running bool
	next    *verifyRound // not begun: takes more readers
}

type verifyRound struct {
	done chan struct{}
	err  error // valid when done is closed
}

// check returns nil if the node led at some moment since the call began.
func (v *verifier) check(ctx context.Context) error {
	if v.n.log.lone() {
		return nil
	}
	v.mu.Lock()
	r := v.next
	first := r == nil
	if first {
		r = &verifyRound{done: make(chan struct{})}
		v.next = r
	}
	run := first && !v.running
	if run {
		v.running, v.next = true, nil
	}
	v.mu.Unlock()
	if run {
		v.run(r)
	}
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return fs.E("read", fs.KindOf(ctx.Err()), "", ctx.Err())
	}
}

// run asks, and sends the next round off.
func (v *verifier) run(r *verifyRound) {
	v.n.stats.verifies.Add(1)
	r.err = v.n.log.verify(v.n.ctx)
	close(r.done)
	v.mu.Lock()
	defer v.mu.Unlock()
	next := v.next
	v.next = nil
	v.running = next != nil
	if next != nil {
		go v.run(next)
	}
}
