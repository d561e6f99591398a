package meta

import (
	"context"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
	"github.com/wakefs/wakefs/meta/state"
)

// bound is the service as one session sees it: it implements fs.Meta.
type bound struct {
	n *Node
	s *session
}

// Session implements fs.Meta.
func (b *bound) Session() fs.SessionID { return b.s.id }

// Propose implements fs.Meta.
func (b *bound) Propose(ctx context.Context, tx *fs.Tx, wait fs.Wait) (fs.Result, error) {
	return b.n.propose(ctx, b.s, tx, wait)
}

// Sync implements fs.Meta.
func (b *bound) Sync(ctx context.Context) error {
	if err := b.s.alive(); err != nil {
		return err
	}
	p := &b.n.prop
	p.Lock()
	e, lost := b.s.last, b.s.lost
	if p.leading && e != nil {
		p.hurry(e, true)
	}
	if lost != nil {
		b.s.lost, b.s.last = nil, nil // told now, and once
	}
	p.Unlock()
	if lost != nil || e == nil {
		return lost
	}
	err := e.waitDurable(ctx)
	if err != nil && err == e.failed() {
		p.Lock()
		b.s.lost = nil
		if b.s.last == e {
			b.s.last = nil
		}
		p.Unlock()
	}
	return err
}

// Alloc implements fs.Meta.
func (b *bound) Alloc(ctx context.Context) (fs.Ino, fs.StripeID, error) {
	if err := b.s.alive(); err != nil {
		return 0, 0, err
	}
	return b.s.alloc.take(ctx, b.reserve)
}

// KeepAlive implements fs.Meta. An answer counts for the orphans that the call before it
// returned. A client that gets orphans which it does not hold open calls again at once: then
// they are deleted now and not at its next heartbeat.
func (b *bound) KeepAlive(_ context.Context, held []fs.Ino) ([]fs.Ino, error) {
	if err := b.s.alive(); err != nil {
		return nil, err
	}
	if !b.n.leads() {
		return nil, b.n.notLeading()
	}
	b.s.seen.Store(b.n.o.Clock())
	return b.n.reaper.answer(b.s.id, held), nil
}

// Lock implements fs.Meta.
func (b *bound) Lock(ctx context.Context, l fs.Lock) error {
	if err := b.ready(ctx); err != nil {
		return err
	}
	return b.n.locks.set(ctx, b.s.id, l)
}

// TestLock implements fs.Meta.
func (b *bound) TestLock(ctx context.Context, l fs.Lock) (fs.Lock, error) {
	if err := b.ready(ctx); err != nil {
		return fs.Lock{}, err
	}
	return b.n.locks.test(b.s.id, l)
}

// ready checks that the session lives and the node leads.
func (b *bound) ready(ctx context.Context) error {
	if err := b.s.alive(); err != nil {
		return err
	}
	if err := b.n.verifier.check(ctx); err != nil {
		return err
	}
	if !b.n.leads() {
		return b.n.notLeading()
	}
	return nil
}

// Changes implements fs.Meta.
func (b *bound) Changes(ctx context.Context, after uint64) ([]fs.Change, uint64, error) {
	if err := b.s.alive(); err != nil {
		return nil, 0, err
	}
	if !b.n.leads() { // else it would wait for changes that another node knows of
		return nil, 0, b.n.notLeading()
	}
	return b.n.feed.read(ctx, b.s.id, after)
}

// Speculate implements fs.Meta.
func (b *bound) Speculate(o fs.SpeculateOptions) fs.Speculation { return newSpeculation(b, o) }

// Close implements fs.Meta.
func (b *bound) Close(ctx context.Context) error {
	if b.s.gone.Load() {
		return nil
	}
	return b.n.endSession(ctx, b.s.id)
}

// Lookup implements fs.Namespace.
func (b *bound) Lookup(ctx context.Context, dir fs.Ino, name string) (fs.Attr, error) {
	return read(ctx, b, func(r kv.Reader) (fs.Attr, error) { return state.Lookup(r, dir, name) })
}

// GetAttr implements fs.Namespace.
func (b *bound) GetAttr(ctx context.Context, ino fs.Ino) (fs.Attr, error) {
	return read(ctx, b, func(r kv.Reader) (fs.Attr, error) { return state.GetAttr(r, ino) })
}

// ReadDir implements fs.Namespace.
func (b *bound) ReadDir(ctx context.Context, dir fs.Ino, after string, limit int) ([]fs.Dirent, error) {
	return read(ctx, b, func(r kv.Reader) ([]fs.Dirent, error) { return state.ReadDir(r, dir, after, limit) })
}

// Readlink implements fs.Namespace.
func (b *bound) Readlink(ctx context.Context, ino fs.Ino) (string, error) {
	return read(ctx, b, func(r kv.Reader) (string, error) { return state.Readlink(r, ino) })
}

// GetXattr implements fs.Namespace.
func (b *bound) GetXattr(ctx context.Context, ino fs.Ino, name string) ([]byte, error) {
	return read(ctx, b, func(r kv.Reader) ([]byte, error) { return state.GetXattr(r, ino, name) })
}

// ListXattr implements fs.Namespace.
func (b *bound) ListXattr(ctx context.Context, ino fs.Ino) ([]string, error) {
	return read(ctx, b, func(r kv.Reader) ([]string, error) { return state.ListXattr(r, ino) })
}

// fileExtents is the answer of Extents.
type fileExtents struct {
	attr    fs.Attr
	extents []fs.Extent
}

// Extents implements fs.Namespace.
func (b *bound) Extents(ctx context.Context, ino fs.Ino, off, length int64) (fs.Attr, []fs.Extent, error) {
	out, err := read(ctx, b, func(r kv.Reader) (fileExtents, error) {
		a, e, err := state.Extents(r, ino, off, length)
		return fileExtents{a, e}, err
	})
	return out.attr, out.extents, err
}

// Path implements fs.Namespace.
func (b *bound) Path(ctx context.Context, ino fs.Ino) (string, error) {
	return read(ctx, b, func(r kv.Reader) (string, error) { return state.Path(r, ino) })
}

// Triggers implements fs.Invocations.
func (b *bound) Triggers(ctx context.Context) ([]fs.Trigger, error) {
	return read(ctx, b, state.Triggers)
}

// TriggerVersions implements fs.Invocations.
func (b *bound) TriggerVersions(ctx context.Context, name string) ([]fs.TriggerVersion, error) {
	return read(ctx, b, func(r kv.Reader) ([]fs.TriggerVersion, error) { return state.TriggerVersions(r, name) })
}

// TriggerSource implements fs.Invocations.
func (b *bound) TriggerSource(ctx context.Context, name, version string) ([]byte, error) {
	return read(ctx, b, func(r kv.Reader) ([]byte, error) { return state.TriggerSource(r, name, version) })
}

// Waiting implements fs.Invocations.
func (b *bound) Waiting(ctx context.Context, trigger string, after fs.InvocationID, limit int, wait bool) ([]fs.Invocation, error) {
	for {
		news := b.n.queue.wait()
		out, err := readOwn(ctx, b, func(r kv.Reader) ([]fs.Invocation, error) { return state.Waiting(r, trigger, after, limit) })
		if err != nil || len(out) > 0 || !wait || limit <= 0 {
			return out, err
		}
		select {
		case <-news:
		case <-ctx.Done():
			return nil, fs.E("waiting", fs.KindOf(ctx.Err()), "", ctx.Err())
		}
	}
}

// DeadLetters implements fs.Invocations.
func (b *bound) DeadLetters(ctx context.Context, trigger string, after fs.InvocationID, limit int) ([]fs.Invocation, error) {
	return read(ctx, b, func(r kv.Reader) ([]fs.Invocation, error) { return state.DeadLetters(r, trigger, after, limit) })
}

// Invocation implements fs.Invocations.
func (b *bound) Invocation(ctx context.Context, id fs.InvocationID) (fs.Invocation, error) {
	return read(ctx, b, func(r kv.Reader) (fs.Invocation, error) { return state.GetInvocation(r, id) })
}

// Stripe implements fs.Maintenance.
func (b *bound) Stripe(ctx context.Context, id fs.StripeID) (fs.Stripe, error) {
	return read(ctx, b, func(r kv.Reader) (fs.Stripe, error) { return state.GetStripe(r, id) })
}

// listChunk is how many records one read visits while it keeps changes out.
const listChunk = 1024

// Stripes implements fs.Maintenance. A long list is of several moments.
func (b *bound) Stripes(ctx context.Context, want fs.StripeFilter, after fs.StripeID, limit int) ([]fs.Stripe, error) {
	return inChunks(limit, func(max int, last *fs.Stripe) ([]fs.Stripe, error) {
		if last != nil {
			after = last.ID
		}
		return read(ctx, b, func(r kv.Reader) ([]fs.Stripe, error) { return state.Stripes(r, want, after, max) })
	})
}

// Inodes implements fs.Maintenance. A long list is of several moments.
func (b *bound) Inodes(ctx context.Context, after fs.Ino, limit int) ([]fs.Attr, error) {
	return inChunks(limit, func(max int, last *fs.Attr) ([]fs.Attr, error) {
		if last != nil {
			after = last.Ino
		}
		return read(ctx, b, func(r kv.Reader) ([]fs.Attr, error) { return state.Inodes(r, after, max) })
	})
}

func inChunks[T any](limit int, next func(max int, last *T) ([]T, error)) ([]T, error) {
	var out []T
	var last *T
	for len(out) < limit {
		want := min(limit-len(out), listChunk)
		part, err := next(want, last)
		if err != nil {
			return nil, err
		}
		out = append(out, part...)
		if len(part) < want {
			break
		}
		last = &part[len(part)-1]
	}
	return out, nil
}
