package meta

import (
	"context"
	"sync"

	"github.com/wakefs/wakefs/fs"
)

// allocBlock is how many numbers a session reserves at once. What a session does not use is lost,
// which 48 bits of inodes bear: four thousand million sessions.
const allocBlock = 1 << 16

// allocator hands out numbers from blocks that the session has reserved. The next block is
// reserved when half of one is used, so that callers rarely wait.
type allocator struct {
	mu      sync.Mutex
	blocks  []allocRange
	pending chan struct{} // a reservation is on its way; closed when it ended
	err     error         // how the last reservation ended
}

type allocRange struct {
	ino    fs.Ino
	stripe fs.StripeID
	left   uint32
}

// take hands out the next numbers. The pair shares one countdown, which wastes numbers and nothing else.
func (a *allocator) take(ctx context.Context, reserve func(context.Context) (allocRange, error)) (fs.Ino, fs.StripeID, error) {
	for {
		a.mu.Lock()
		left := uint32(0)
		for _, b := range a.blocks {
			left += b.left
		}
		if left <= allocBlock/2 && a.pending == nil {
			a.pending = make(chan struct{})
			go a.refill(reserve, a.pending)
		}
		if left > 0 {
			b := &a.blocks[0]
			ino, stripe := b.ino, b.stripe
			b.ino, b.stripe, b.left = ino+1, stripe+1, b.left-1
			if b.left == 0 {
				a.blocks = a.blocks[1:]
			}
			a.mu.Unlock()
			return ino, stripe, nil
		}
		pending := a.pending
		a.mu.Unlock()
		select {
		case <-pending:
		case <-ctx.Done():
			return 0, 0, fs.E("alloc", fs.KindOf(ctx.Err()), "", ctx.Err())
		}
		a.mu.Lock()
		err := a.err
		a.mu.Unlock()
		if err != nil {
			return 0, 0, err
		}
	}
}

func (a *allocator) refill(reserve func(context.Context) (allocRange, error), done chan struct{}) {
	r, err := reserve(context.Background())
	a.mu.Lock()
	defer a.mu.Unlock()
	if err == nil {
		a.blocks = append(a.blocks, r)
	}
	a.err, a.pending = err, nil
	close(done)
}

// reserve proposes an Alloc. It must be committed before a number is used: a stripe's shards are
// on disks before the Tx that names it.
func (b *bound) reserve(ctx context.Context) (allocRange, error) {
	res, err := b.n.propose(ctx, b.s, &fs.Tx{Ops: []fs.Op{&fs.Alloc{Inos: allocBlock, Stripes: allocBlock}}}, fs.Committed)
	if err != nil {
		return allocRange{}, err
	}
	return allocRange{fs.Ino(res.Ops[0].ID), fs.StripeID(res.Ops[0].ID2), allocBlock}, nil
}
