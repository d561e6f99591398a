package meta

import (
	"context"
	"errors"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
)

// read runs f on what the session sees now, in the caller's goroutine. f may run twice, and
// must only return what it read.
func read[T any](ctx context.Context, b *bound, f func(r kv.Reader) (T, error)) (T, error) {
	var zero T
	n := b.n
	if err := b.s.alive(); err != nil {
		return zero, err
	}
	if err := n.verifier.check(ctx); err != nil {
		return zero, err
	}
	v := view{session: b.s.id}
	out, err := readView(n, &v, f)
	if v.foreign == 0 || err != nil && v.p == nil {
		return out, guard(n, err)
	}
	// The read met what other sessions were only promised. Everything accepted until now gets
	// committed; then the applied state alone has all that this read must see, and nothing it must not.
	n.stats.foreignHit.Add(1)
	e, err := n.prop.flush()
	if err == nil && e != nil {
		err = e.wait(ctx)
	}
	if err != nil {
		return zero, err
	}
	out, err = readApplied(n, f)
	return out, guard(n, err)
}

func readView[T any](n *Node, v *view, f func(r kv.Reader) (T, error)) (T, error) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	if !n.mu.pending.live {
		var zero T
		return zero, n.notLeading()
	}
	v.p, v.base = n.mu.pending, n.store
	return f(v)
}

// readApplied runs f on the applied state.
func readApplied[T any](n *Node, f func(r kv.Reader) (T, error)) (T, error) {
	n.base.RLock()
	defer n.base.RUnlock()
	n.mu.RLock()
	defer n.mu.RUnlock()
	if !n.mu.pending.live {
		var zero T
		return zero, n.notLeading()
	}
	return f(n.store)
}

// readOwn runs f on the applied state and what the session was promised itself. It does not
// wait for what others were promised: for queues, whose readers are told of news.
func readOwn[T any](ctx context.Context, b *bound, f func(r kv.Reader) (T, error)) (T, error) {
	var zero T
	if err := b.s.alive(); err != nil {
		return zero, err
	}
	if err := b.n.verifier.check(ctx); err != nil {
		return zero, err
	}
	b.n.base.RLock() // it reads beneath what is pending
	defer b.n.base.RUnlock()
	v := view{session: b.s.id, ownOnly: true}
	out, err := readView(b.n, &v, f)
	return out, guard(b.n, err)
}

// guard stops the node when its store fails.
func guard(n *Node, err error) error {
	if err != nil && errors.Is(err, kv.ErrIO) {
		go n.fatal(err)
		return fs.E("read", fs.KindUnavailable, n.o.Name, err)
	}
	return err
}

// notLeading says whom to ask instead.
func (n *Node) notLeading() error {
	if f := n.failure.Load(); f != nil {
		return *f
	}
	if name, _ := n.log.leader(); name != "" && name != n.o.Name {
		return fs.E("metadata", fs.KindNotLeader, name, nil)
	}
	return fs.Errorf("metadata", fs.KindUnavailable, n.o.Name, "no leader is known; retry, or see wakefs status")
}
