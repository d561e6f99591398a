package client

import (
	"context"
	"errors"
	"math"

	"github.com/wakefs/wakefs/fs"
)

// The bounds of what a file holds uncommitted; beyond them a write commits first.
const (
	maxBuffers = 32   // stripes
	maxSpans   = 4096 // extents in one Tx
)

// write puts p at off, or at the file's end with atEnd, and returns where it went.
func (f *file) write(ctx context.Context, p []byte, off int64, atEnd bool) (int64, error) {
	if len(p) == 0 {
		return off, nil
	}
	now := f.c.o.Clock()
	if atEnd {
		var err error
		if off, err = f.sizeLock(ctx); err != nil {
			return 0, err
		}
	} else {
		f.mu.Lock()
	}
	if off > math.MaxInt64-int64(len(p)) {
		f.mu.Unlock()
		return 0, fs.E("write", fs.KindTooBig, "", nil)
	}
	sealed := f.writeLocked(p, off)
	if f.mu.dirty == 0 {
		f.mu.dirty = now
	}
	f.mu.mtime, f.mu.keepTimes, f.mu.wrote = now, false, true
	full := len(f.mu.bufs) > maxBuffers || len(f.mu.spans) > maxSpans
	f.mu.Unlock()
	for _, b := range sealed {
		f.c.uploads <- struct{}{}
		go func() {
			f.upload(context.WithoutCancel(ctx), b)
			<-f.c.uploads
		}()
	}
	if full {
		return off, f.commit(ctx, flushOptions{wait: fs.Accepted})
	}
	return off, nil
}

// writeLocked copies p into buffers and returns those that became full, for the caller to store.
func (f *file) writeLocked(p []byte, off int64) (sealed []*buffer) {
	if f.overwriteLocked(p, off) {
		return nil
	}
	for len(p) > 0 {
		if f.mu.cur == nil {
			f.mu.cur = newBuffer(len(p) % (fs.MaxStripe + 1))
			f.mu.bufs = append(f.mu.bufs, f.mu.cur)
		}
		b := f.mu.cur
		n := min(len(p), b.room())
		pos := b.append(p[:n])
		f.mu.spans.insert(span{off: off, end: off + int64(n), buf: b, pos: pos})
		p, off = p[n:], off+int64(n)
		if b.room() == 0 {
			b.done = make(chan struct{})
			sealed = append(sealed, b)
			f.mu.cur = nil
		}
	}
	return sealed
}

// overwriteLocked writes p in place if one span of the current buffer covers it.
func (f *file) overwriteLocked(p []byte, off int64) bool {
	end := off + int64(len(p))
	i := f.mu.spans.after(off)
	if i == len(f.mu.spans) || f.mu.cur == nil {
		return false
	}
	s := f.mu.spans[i]
	if s.buf != f.mu.cur || s.off > off || s.end < end {
		return false
	}
	s = s.slice(off, end)
	copy(s.bytes(), p)
	return true
}

// upload stores a sealed buffer as a stripe. done is made.
func (f *file) upload(ctx context.Context, b *buffer) {
	defer close(b.done)
	_, id, err := f.c.meta.Alloc(ctx)
	if err != nil {
		b.err = err
		return
	}
	b.stripe, b.err = f.c.stripes.Write(ctx, id, fs.Owner{Ino: f.ino, Off: f.firstOff(b)}, b.data)
}

// firstOff is the file offset of the first span in the buffer, for people who look at shards.
func (f *file) firstOff(b *buffer) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.mu.spans {
		if s.buf == b {
			return s.off
		}
	}
	return 0
}

// flushOptions say what a commit is for.
type flushOptions struct {
	wait     fs.Wait
	close    bool // a writer closes: announce the file as complete if something was written into it
	released bool // the last writer has closed: announce it even if nothing was written into it
}

// commit stores what was written and makes it part of the file, in one Tx. With
// nothing to do it does nothing. After an error the writes are still there and can be committed again.
func (f *file) commit(ctx context.Context, o flushOptions) error {
	f.flush.Lock()
	defer f.flush.Unlock()

	f.mu.Lock()
	announce := o.close && f.mu.wrote || o.released && (f.mu.wrote || f.mu.touched)
	hold := o.close && !announce && f.mu.touched && !f.mu.held
	if f.mu.dirty == 0 && !announce && !hold {
		f.mu.Unlock()
		return nil
	}
	op := &fs.Commit{Ino: f.ino, Mtime: f.mu.mtime, Close: announce, KeepTimes: f.mu.keepTimes || f.mu.dirty == 0, Held: hold || announce && f.mu.held}
	bufs := f.mu.bufs[:len(f.mu.bufs):len(f.mu.bufs)]
	spans := append(spanMap(nil), f.mu.spans...)
	saved := struct {
		dirty          int64
		wrote, touched bool
	}{f.mu.dirty, f.mu.wrote, f.mu.touched}
	f.mu.cur, f.mu.dirty = nil, 0
	if announce {
		f.mu.wrote, f.mu.touched = false, false
	}
	f.mu.Unlock()

	err := f.store(ctx, op, bufs, spans)
	undecided := false
	if err == nil {
		_, err = f.c.propose(ctx, nil, o.wait, op)
		undecided = err != nil && fs.Undecided(err)
	}

	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		f.mu.undecided = f.mu.undecided || undecided
		f.mu.dirty = saved.dirty
		f.mu.wrote, f.mu.touched = f.mu.wrote || saved.wrote, f.mu.touched || saved.touched
		return err
	}
	if f.c.o.Ragged != nil && ragged(op) {
		f.c.o.Ragged(f.ino)
	}
	if f.c.o.Inlined != nil && len(op.Extents) > 0 && op.Extents[0].Inline != nil {
		f.c.o.Inlined(f.ino)
	}
	f.mu.bufs = append([]*buffer(nil), f.mu.bufs[len(bufs):]...)
	f.mu.spans.drop(func(b *buffer) bool { return contains(bufs, b) })
	for _, b := range bufs {
		b.release()
	}
	if op.Held {
		f.mu.held = hold
	}
	f.invalidateLocked()
	return nil
}

// ragged tells whether a commit left pieces behind that compaction may want to join: it wrote
// in the middle of a file, or beside other pieces.
func ragged(op *fs.Commit) bool {
	for i := range op.Extents {
		if op.Extents[i].Off > 0 && op.Extents[i].Len < fragment {
			return true
		}
	}
	return false
}

func contains(bufs []*buffer, b *buffer) bool {
	for _, x := range bufs {
		if x == b {
			return true
		}
	}
	return false
}

// store makes the buffers durable and fills in the Commit's extents and stripes.
func (f *file) store(ctx context.Context, op *fs.Commit, bufs []*buffer, spans spanMap) error {
	if len(bufs) == 1 && bufs[0].done == nil && len(bufs[0].data) <= f.c.o.InlineMax {
		for i := range spans {
			s := &spans[i]
			op.Extents = append(op.Extents, fs.Extent{Off: s.off, Len: s.end - s.off, Inline: s.bytes()})
		}
		return nil
	}
	var errs error
	for _, b := range bufs {
		if b.done != nil {
			<-b.done
		}
		if b.done == nil || b.err != nil { // or it failed before: once more, for this caller
			b.done = make(chan struct{})
			f.upload(ctx, b)
		}
		if b.err != nil {
			errs = errors.Join(errs, b.err)
		}
	}
	if errs != nil {
		return errs
	}
	used := make(map[*buffer]bool, len(bufs))
	for i := range spans {
		s := &spans[i]
		st := &s.buf.stripe
		used[s.buf] = true
		op.Extents = append(op.Extents, fs.Extent{
			Off: s.off, Len: s.end - s.off, PG: st.PG, Stripe: st.ID, StripeLen: st.Len, StripeOff: uint32(s.pos),
		})
	}
	for _, b := range bufs {
		if used[b] {
			op.Stripes = append(op.Stripes, b.stripe)
		} else if !f.isUndecided() { // overwritten before it was ever committed
			_ = f.c.stripes.Delete(ctx, b.stripe) // the sweep finds what stays
		}
	}
	return nil
}

// discard forgets all uncommitted writes. flush is held.
func (f *file) discard(ctx context.Context) {
	f.mu.Lock()
	bufs, undecided := f.mu.bufs, f.mu.undecided
	f.mu.bufs, f.mu.cur, f.mu.spans, f.mu.dirty = nil, nil, nil, 0
	f.mu.Unlock()
	for _, b := range bufs {
		if b.done != nil {
			<-b.done
			if b.err == nil && !undecided {
				_ = f.c.stripes.Delete(ctx, b.stripe) // the sweep finds what stays
			}
		}
		b.release()
	}
}
