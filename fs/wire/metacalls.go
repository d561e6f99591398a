package wire

import (
	"context"
	"sync"

	"github.com/wakefs/wakefs/fs"
)

// This file has the calls of a metaSession about the session itself, its locks and its numbers.

// KeepAlive implements fs.Meta.
func (s *metaSession) KeepAlive(ctx context.Context, held []fs.Ino) ([]fs.Ino, error) {
	cl := s.newCall("keep alive", mKeepAlive)
	defer cl.free()
	cl.req = appendList(cl.req, held, appendIno)
	if err := s.call(ctx, cl); err != nil {
		return nil, err
	}
	return decodeList(&cl.d, decodeIno), cl.decoded()
}

// ReportStatus implements fs.Meta.
func (s *metaSession) ReportStatus(ctx context.Context, status []fs.ServerStatus) (fs.ClusterMap, error) {
	cl := s.newCall("report status", mReportStatus)
	defer cl.free()
	cl.req = appendList(cl.req, status, appendServerStatus)
	if err := s.call(ctx, cl); err != nil {
		return fs.ClusterMap{}, err
	}
	return decodeClusterMap(&cl.d), cl.decoded()
}

// Lock implements fs.Meta. When ctx ends it waits for the service's answer: a lock granted at the
// last moment is a success. After KindUnavailable it may be held; taking or releasing it once more is safe.
func (s *metaSession) Lock(ctx context.Context, l fs.Lock) error {
	cl := s.newCall("lock", mLock)
	defer cl.free()
	cl.req = appendLock(cl.req, &l)
	if !l.Wait || l.Type == fs.Unlock {
		return s.call(ctx, cl)
	}
	cl.linger = true
	err := s.c.poll.do(ctx, cl, true)
	if err != nil && ctx.Err() != nil {
		switch fs.KindOf(err) {
		case fs.KindCanceled, fs.KindTimeout:
			return fs.E("lock", fs.KindInterrupted, "", ctx.Err())
		}
	}
	return err
}

// TestLock implements fs.Meta.
func (s *metaSession) TestLock(ctx context.Context, l fs.Lock) (fs.Lock, error) {
	cl := s.newCall("test lock", mTestLock)
	defer cl.free()
	cl.req = appendLock(cl.req, &l)
	if err := s.call(ctx, cl); err != nil {
		return fs.Lock{}, err
	}
	return decodeLock(&cl.d), cl.decoded()
}

// Changes implements fs.Meta.
func (s *metaSession) Changes(ctx context.Context, after uint64) ([]fs.Change, uint64, error) {
	cl := s.newCall("changes", mChanges)
	defer cl.free()
	cl.req = fs.AppendUint(cl.req, after)
	if err := s.c.poll.do(ctx, cl, true); err != nil {
		return nil, 0, err
	}
	next := cl.d.Uint()
	return decodeList(&cl.d, decodeChange), next, cl.decoded()
}

// Close implements fs.Meta. Txs that were accepted are committed before.
func (s *metaSession) Close(ctx context.Context) error {
	err := s.Sync(ctx)
	if err == nil {
		cl := s.newCall("close session", mCloseSession)
		defer cl.free()
		err = s.call(ctx, cl)
	}
	if err == nil || fs.KindOf(err) == fs.KindStale {
		s.c.forget(s)
	}
	return err
}

// allocBlock is how many inodes and stripes a session reserves at once. What it does not use is lost.
const allocBlock = 4096

// blocks hands out numbers that the session has reserved. The next block is reserved when half of one
// is left, so that callers rarely wait.
type blocks struct {
	mu     sync.Mutex
	ready  []block
	coming chan struct{} // closed when the reservation under way has ended; nil: there is none
	err    error         // of the last one
}

type block struct {
	ino    fs.Ino
	stripe fs.StripeID
	left   int
}

// Alloc implements fs.Meta.
func (s *metaSession) Alloc(ctx context.Context) (fs.Ino, fs.StripeID, error) {
	b := &s.blocks
	for {
		b.mu.Lock()
		left := 0
		for i := range b.ready {
			left += b.ready[i].left
		}
		if left <= allocBlock/2 && b.coming == nil {
			b.coming = make(chan struct{})
			go s.reserve()
		}
		if left > 0 {
			defer b.mu.Unlock()
			x := &b.ready[0]
			ino, stripe := x.ino, x.stripe
			x.ino, x.stripe, x.left = ino+1, stripe+1, x.left-1
			if x.left == 0 {
				b.ready = b.ready[1:]
			}
			return ino, stripe, nil
		}
		coming := b.coming
		b.mu.Unlock()
		select {
		case <-coming:
		case <-ctx.Done():
			return 0, 0, contextError("alloc", ctx)
		}
		b.mu.Lock()
		err := b.err
		b.mu.Unlock()
		if err != nil {
			return 0, 0, err
		}
	}
}

// reserve fetches a block. Committed: a number is used where no Tx knows of it, so it must not be given twice.
func (s *metaSession) reserve() {
	ctx, cancel := context.WithTimeout(context.Background(), s.c.opts.Stall)
	defer cancel()
	res, err := s.Propose(ctx, &fs.Tx{Ops: []fs.Op{&fs.Alloc{Inos: allocBlock, Stripes: allocBlock}}}, fs.Committed)
	if err == nil && len(res.Ops) != 1 {
		err = fs.Errorf("alloc", fs.KindUnavailable, "", "an answer of %d parts to one operation", len(res.Ops))
	}
	b := &s.blocks
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err = err; err == nil {
		b.ready = append(b.ready, block{fs.Ino(res.Ops[0].ID), fs.StripeID(res.Ops[0].ID2), allocBlock})
	}
	close(b.coming)
	b.coming = nil
}
