package client

import (
	"context"
	"math"
	"sync"

	"github.com/wakefs/wakefs/fs"
)

// file is what a client knows of an inode that is open, shared by all its handles.
type file struct {
	c    *Client
	ino  fs.Ino
	refs int // guarded by Client.mu

	flush sync.Mutex // held for a whole commit: one at a time, in order

	mu struct {
		sync.Mutex
		spans spanMap
		bufs  []*buffer // of spans, in the order of writing; the last one may be cur
		cur   *buffer   // takes further writes; nil: the next write begins one
		dirty int64     // ns, time of the oldest uncommitted write; 0: none

		mtime     int64 // ns, of the newest uncommitted write
		keepTimes bool  // a utimens came after that write

		undecided bool // a commit failed that may be applied yet: its stripes are not ours to delete

		wrote   bool // bytes were written since the file was last announced as complete
		held    bool // the metadata announces it if this session ends
		touched bool // it was created or truncated since, which announces it at the last close

		// The committed state as last seen: attr, and the extents that meet [from, to).
		// Invalid after a change, when gen is one more.
		valid    bool
		gen      uint64
		attr     fs.Attr
		extents  []fs.Extent // immutable
		from, to int64
		window   int64 // of the last look-up, bytes
	}
}

// invalidate forgets the committed state.
func (f *file) invalidate() {
	f.mu.Lock()
	f.invalidateLocked()
	f.mu.Unlock()
}

func (f *file) invalidateLocked() {
	f.mu.valid = false
	f.mu.gen++
}

// dirtySince tells whether there are uncommitted writes from before t, ns.
func (f *file) dirtySince(t int64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.mu.dirty != 0 && f.mu.dirty < t
}

// overlay puts what is written but not committed over committed attributes, which were looked up
// when the file's generation was gen. If that has passed it does nothing and returns false: what has left the spans
// is in newer attributes.
func (f *file) overlay(a *fs.Attr, gen uint64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.mu.gen != gen {
		return false
	}
	if len(f.mu.spans) == 0 {
		return true
	}
	a.Size = max(a.Size, f.mu.spans.end())
	if !f.mu.keepTimes {
		a.Mtime, a.Ctime = max(a.Mtime, f.mu.mtime), max(a.Ctime, f.mu.mtime)
	}
	for i := range f.mu.spans {
		a.Used += f.mu.spans[i].end - f.mu.spans[i].off
	}
	a.Used = min(a.Used, a.Size) // an estimate until the commit: overwritten ranges count twice
	return true
}

func (f *file) isUndecided() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.mu.undecided
}

// generation tells the commits and changes of the file apart.
func (f *file) generation() uint64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.mu.gen
}

// look is the committed state of a file at one moment. The extents are immutable and may
// be more than was asked for.
type look struct {
	attr    fs.Attr
	extents []fs.Extent
	gen     uint64
}

// The extents looked up at once, bytes: few at random, many for a reader that goes on
// where it stopped.
const (
	minWindow = 256 << 10
	maxWindow = 64 << 20
)

// committed returns the attributes and the extents that meet [off, end), from what was
// last seen if that is still valid.
func (f *file) committed(ctx context.Context, off, end int64) (look, error) {
	f.mu.Lock()
	if f.mu.valid && f.mu.from <= off && end <= f.mu.to {
		defer f.mu.Unlock()
		return look{f.mu.attr, f.mu.extents, f.mu.gen}, nil
	}
	gen := f.mu.gen
	if off == f.mu.to && off > 0 {
		f.mu.window = min(f.mu.window*2, maxWindow)
	} else {
		f.mu.window = minWindow
	}
	from := off
	to := from + max(end-off, f.mu.window)
	if to < from {
		to = math.MaxInt64
	}
	f.mu.Unlock()
	attr, extents, err := f.c.meta.Extents(ctx, f.ino, from, to-from)
	if err != nil {
		return look{}, err
	}
	f.mu.Lock()
	if f.mu.gen == gen {
		f.mu.attr, f.mu.extents, f.mu.from, f.mu.to, f.mu.valid = attr, extents, from, to, true
	}
	f.mu.Unlock()
	return look{attr, extents, gen}, nil
}

// size is the file's length as a reader here sees it.
func (f *file) size(ctx context.Context) (int64, error) {
	n, err := f.sizeLock(ctx)
	if err == nil {
		f.mu.Unlock()
	}
	return n, err
}

// sizeLock returns the file's length with mu locked, so that it stays that.
func (f *file) sizeLock(ctx context.Context) (int64, error) {
	f.mu.Lock()
	for !f.mu.valid {
		f.mu.Unlock()
		l, err := f.committed(ctx, 0, 0)
		if err != nil {
			return 0, err
		}
		f.mu.Lock()
		if f.mu.gen == l.gen { // else it was committed meanwhile, and what left the spans is not in l
			return max(l.attr.Size, f.mu.spans.end()), nil
		}
	}
	return max(f.mu.attr.Size, f.mu.spans.end()), nil
}
