package segment

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
)

// appendLog appends records to the newest segment. Writes go one after the other, so
// that what is before a record was written before it; syncs are shared.
type appendLog struct {
	s *Store // immutable

	mu       sync.Mutex
	cur      *tail   // nil until the first append
	unsettle []*tail // cur and the sealed ones with records not indexed yet
	nextID   uint32
	closed   bool
}

// tail is a segment being written.
type tail struct {
	h   *handle // immutable
	id  uint32  // immutable
	gen uint64  // immutable

	// Guarded by appendLog.mu.
	off      int64              // where the next record goes
	alloc    int64              // up to here the disk has space for sure
	pending  map[int64]struct{} // records that are not indexed yet
	poisoned bool               // a write or sync failed: nothing more goes here
	sealed   bool

	written atomic.Int64 // off after the last whole write

	sync struct {
		sync.Mutex
		cond    *sync.Cond
		running bool
		done    int64 // durable up to here
		err     error // sticky
	}
}

// append writes a prepared record and returns when it is durable. The caller indexes
// it and then calls indexed.
func (l *appendLog) append(ctx context.Context, w *writer, h *header) (*tail, int64, error) {
	t, off, err := l.write(ctx, w, h, fullReserve)
	if err != nil {
		return nil, 0, err
	}
	if err := l.wait(t, off+recordLen(h.length)); err != nil {
		l.indexed(t, off)
		return nil, 0, err
	}
	return t, off, nil
}

// How much of the reserve must stay free. Compaction may use a half, since it gives
// more back.
const (
	fullReserve = 1
	halfReserve = 2
)

// write writes a record without waiting for the disk.
func (l *appendLog) write(ctx context.Context, w *writer, h *header, reserve uint64) (*tail, int64, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, 0, gaveUp(err)
	}
	need := recordLen(h.length)
	t, err := l.roomLocked(need, reserve)
	if err != nil {
		return nil, 0, err
	}
	h.gen = t.gen
	h.encode(w.head[:])
	off := t.off
	if err := t.h.f.WriteV(w.bufs, off); err != nil {
		// Without space nothing is lost: the next record is written over this one's
		// remains. After any other error the file is not to be trusted.
		if !errors.Is(err, fs.KindNoSpace) {
			t.poisoned = true
		}
		return nil, 0, l.s.diskError(err)
	}
	t.off += need
	t.written.Store(t.off)
	t.pending[off] = struct{}{}
	l.s.ix.setStat(t.id, func(st *segStat) { st.used += need })
	return t, off, nil
}

// indexed says that a record is in the index, or will never be.
func (l *appendLog) indexed(t *tail, off int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(t.pending, off)
}

// wait returns when everything before end is durable. The first to come syncs for all
// that wait; it needs no other goroutine.
func (l *appendLog) wait(t *tail, end int64) error {
	g := &t.sync
	g.Lock()
	for g.done < end && g.err == nil {
		if g.running {
			g.cond.Wait()
			continue
		}
		g.running = true
		g.Unlock()
		target := t.written.Load()
		err := l.syncTail(t)
		g.Lock()
		g.running = false
		if err != nil {
			g.err = err
		} else {
			g.done = target
		}
		g.cond.Broadcast()
	}
	err := g.err
	if g.done >= end {
		err = nil
	}
	g.Unlock()
	return err
}

// syncTail makes the segment durable and checks that it still has its name: syncing a
// file of a removed folder succeeds and saves nothing.
func (l *appendLog) syncTail(t *tail) error {
	err := t.h.f.Sync()
	l.s.counters.syncs.Add(1)
	if err == nil {
		var info disk.Info
		if info, err = t.h.f.Stat(); err == nil && info.Links == 0 {
			err = fs.Errorf("sync segment", fs.KindUnavailable, segmentName(t.id), "the file was removed while in use")
			l.s.fail(err)
		}
	}
	if err == nil {
		err = l.s.fsys.Check()
	}
	if err == nil {
		return nil
	}
	l.mu.Lock()
	t.poisoned = true
	l.mu.Unlock()
	return l.s.diskError(err)
}

// roomLocked returns a segment that has room for n more bytes.
func (l *appendLog) roomLocked(n int64, reserve uint64) (*tail, error) {
	if l.closed {
		return nil, errClosed
	}
	if t := l.cur; t != nil && (t.poisoned || (t.off+n > l.s.opts.SegmentSize && t.off > headerLen)) {
		l.sealLocked(t)
	}
	if l.cur == nil {
		if err := l.openLocked(n, reserve); err != nil {
			return nil, l.s.diskError(err)
		}
	}
	if err := l.allocLocked(l.cur, n, reserve); err != nil {
		return nil, l.s.diskError(err)
	}
	return l.cur, nil
}

// allocLocked makes sure that n bytes can be written, and is where a full disk is
// noticed.
func (l *appendLog) allocLocked(t *tail, n int64, reserve uint64) error {
	need := t.off + n
	if need <= t.alloc {
		return nil
	}
	step := l.s.opts.Preallocate
	if sp := l.s.space.Load(); sp != nil {
		step = min(step, int64(sp.Free/64))
	}
	want := min(max(need, t.alloc+step), max(need, l.s.opts.SegmentSize))
	for _, to := range []int64{want, need} {
		if err := l.s.spaceFor(to-t.alloc, reserve); err != nil {
			if to == need {
				return err
			}
			continue
		}
		err := t.h.f.Preallocate(t.alloc, to-t.alloc)
		if err == nil {
			t.alloc = to
			return nil
		}
		if !errors.Is(err, fs.KindNoSpace) || to == need {
			return err
		}
	}
	return nil
}

// sealLocked ends a segment. What waits for its sync still gets it.
func (l *appendLog) sealLocked(t *tail) {
	t.sealed = true
	l.cur = nil
	if !t.poisoned && t.alloc > t.off {
		// Only gives space back; if it fails, so much is lost until compaction.
		if err := t.h.f.Truncate(t.off); err != nil {
			l.s.opts.Logger.Warn("cannot trim segment", "segment", segmentName(t.id), "err", err)
		}
	}
	l.s.wake()
}

// openLocked starts a new segment, whose name is durable before anything is in it.
func (l *appendLog) openLocked(n int64, reserve uint64) error {
	if err := l.s.spaceFor(headerLen+n, reserve); err != nil {
		return err
	}
	id := l.nextID
	gen, err := l.s.random64()
	if err != nil {
		return err
	}
	f, err := l.s.fsys.OpenFile(segmentName(id), disk.ReadWrite|disk.Create|disk.Exclusive)
	if err != nil {
		return err
	}
	l.nextID++
	fh := fileHeader{id: id, gen: gen, server: l.s.uuid, created: l.s.opts.Now()}
	if _, err = f.WriteAt(fh.encode(), 0); err == nil {
		if err = f.Sync(); err == nil {
			err = l.s.fsys.SyncDir(".")
		}
	}
	if err != nil {
		f.Close() // the first error counts
		if rerr := l.s.fsys.Remove(segmentName(id)); rerr != nil {
			l.s.opts.Logger.Warn("cannot remove unused segment", "segment", segmentName(id), "err", rerr)
		}
		return err
	}
	l.adoptLocked(l.s.handles.add(id, f), gen, headerLen)
	l.s.ix.setStat(id, func(st *segStat) { *st = segStat{gen: gen, pos: headerLen} })
	return nil
}

// adoptLocked makes a segment the one that is written, from off on.
func (l *appendLog) adoptLocked(h *handle, gen uint64, off int64) {
	t := &tail{h: h, id: h.id, gen: gen, off: off, alloc: off, pending: make(map[int64]struct{})}
	t.sync.cond = sync.NewCond(&t.sync)
	t.sync.done = off
	t.written.Store(off)
	l.cur = t
	l.unsettle = append(l.unsettle, t)
}

// positions tells how far the segments being written are indexed, and lets go of
// sealed ones that are so to the end.
func (l *appendLog) positions() positions {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := make(positions, len(l.unsettle))
	rest := l.unsettle[:0]
	for _, t := range l.unsettle {
		pos := t.off
		for off := range t.pending {
			pos = min(pos, off)
		}
		p[t.id] = pos
		if t.sealed && len(t.pending) == 0 {
			l.s.handles.release(t.h)
			continue
		}
		rest = append(rest, t)
	}
	clear(l.unsettle[len(rest):])
	l.unsettle = rest
	return p
}

// writing tells whether a segment may still be appended to or has records that are
// not indexed.
func (l *appendLog) writing(id uint32) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range l.unsettle {
		if t.id == id {
			return true
		}
	}
	return false
}

// close seals the segment being written; nothing may be in flight.
func (l *appendLog) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	t := l.cur
	if t == nil {
		return nil
	}
	l.cur, t.sealed = nil, true
	if t.poisoned || l.s.failed() != nil {
		return nil
	}
	if err := t.h.f.Truncate(t.off); err != nil {
		return err
	}
	return t.h.f.Sync()
}
