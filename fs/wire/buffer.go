package wire

import (
	"context"
	"math/bits"
	"sync"

	"github.com/wakefs/wakefs/fs"
)

// Buffers for bulk come from pools of powers of two.
const (
	minBufferBits = 12 // 4 KiB
	maxBufferBits = 24 // MaxFrame
)

type buffer struct{ b []byte }

var bufferPools [maxBufferBits + 1]sync.Pool

func bufferClass(n int) int {
	if n <= 1<<minBufferBits {
		return minBufferBits
	}
	return bits.Len(uint(n - 1))
}

// getBuffer returns a buffer of n ≤ MaxFrame bytes with any content.
func getBuffer(n int) *buffer {
	class := bufferClass(n)
	p, _ := bufferPools[class].Get().(*buffer)
	if p == nil {
		p = &buffer{b: make([]byte, 1<<class)}
	}
	p.b = p.b[:n]
	return p
}

func (p *buffer) free() {
	p.b = p.b[:cap(p.b)]
	bufferPools[bufferClass(len(p.b))].Put(p)
}

// keepBuffer is the largest message buffer that a pooled call or request keeps.
const keepBuffer = 64 << 10

// resize returns b with length n, reallocated if it must be.
func resize(b []byte, n int) []byte {
	if cap(b) < n {
		return make([]byte, n, max(n, 256))
	}
	return b[:n]
}

// budget bounds the memory that bulk in flight takes, over all connections of a
// server. First come, first served, so that a large one is not starved. Each call takes once at most
// and waits for nothing else that needs the budget: it can't deadlock.
type budget struct {
	mu    sync.Mutex
	free  int // bytes
	queue []*budgetWaiter
}

type budgetWaiter struct {
	n     int
	ready chan struct{}
}

// take waits for n bytes. An error is the context's and nothing is taken.
func (g *budget) take(ctx context.Context, n int) error {
	g.mu.Lock()
	if len(g.queue) == 0 && g.free >= n {
		g.free -= n
		g.mu.Unlock()
		return nil
	}
	w := &budgetWaiter{n: n, ready: make(chan struct{})}
	g.queue = append(g.queue, w)
	g.mu.Unlock()
	select {
	case <-w.ready:
		return nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, q := range g.queue {
		if q == w {
			g.queue = append(g.queue[:i], g.queue[i+1:]...)
			g.grantLocked() // the one behind may fit
			return fs.E("wait for memory", fs.KindOf(ctx.Err()), "", ctx.Err())
		}
	}
	g.free += n // granted meanwhile
	g.grantLocked()
	return fs.E("wait for memory", fs.KindOf(ctx.Err()), "", ctx.Err())
}

func (g *budget) give(n int) {
	g.mu.Lock()
	g.free += n
	g.grantLocked()
	g.mu.Unlock()
}

func (g *budget) grantLocked() {
	for len(g.queue) > 0 && g.queue[0].n <= g.free {
		g.free -= g.queue[0].n
		close(g.queue[0].ready)
		g.queue = g.queue[1:]
	}
}
