package client

import (
	"context"

	"github.com/wakefs/wakefs/fs"
)

// Compaction rewrites runs of fragments, small extents or ones whose stripes are mostly
// dead, as one stripe. What the file says does not change, so neither do its versions.
const (
	fragment = 256 << 10 // an extent shorter than that, bytes, is a fragment
	minRun   = 16        // fragments that are worth a stripe
)

// compactIdle compacts the files told of by Ragged that are quiet now.
func (j *Janitor) compactIdle(ctx context.Context) error {
	old := j.c.o.Clock() - int64(raggedIdle)
	var ready []fs.Ino
	j.mu.Lock()
	for ino, at := range j.ragged {
		if at < old {
			ready = append(ready, ino)
			delete(j.ragged, ino)
		}
	}
	j.mu.Unlock()
	for _, ino := range ready {
		if err := j.Compact(ctx, ino); err != nil && fs.KindOf(err) != fs.KindNotFound {
			return err
		}
	}
	return nil
}

// Compact rewrites a file's fragments. A file that changes meanwhile is left for the next time.
func (j *Janitor) Compact(ctx context.Context, ino fs.Ino) error {
	for off := int64(0); ; {
		attr, extents, err := j.c.meta.Extents(ctx, ino, off, maxWindow)
		if err != nil {
			return err
		}
		end := off + maxWindow
		for len(extents) > 0 {
			run, rest := j.run(ctx, extents)
			if len(run) >= minRun || j.anyDead(ctx, run) {
				if err := j.rewrite(ctx, &attr, run); err != nil {
					return err
				}
			}
			extents = rest
		}
		if end >= attr.Size {
			return nil
		}
		off = end
	}
}

// run cuts the first run of fragments, one stripe's worth at most, off the extents. What is no
// fragment ends it.
func (j *Janitor) run(ctx context.Context, extents []fs.Extent) (run, rest []fs.Extent) {
	n, total := 0, int64(0)
	for n < len(extents) && total+extents[n].Len <= fs.MaxStripe && j.fragment(ctx, &extents[n]) {
		total += extents[n].Len
		n++
	}
	if n == 0 {
		return nil, extents[1:]
	}
	return extents[:n], extents[n:]
}

// giveUp deletes a stripe whose Tx failed with err, unless that may be applied yet. What stays the sweep finds.
func (j *Janitor) giveUp(ctx context.Context, st fs.Stripe, err error) {
	if !fs.Undecided(err) {
		_ = j.c.stripes.Delete(ctx, st)
	}
}

// anyDead tells whether rewriting a run would free a mostly dead stripe.
func (j *Janitor) anyDead(ctx context.Context, run []fs.Extent) bool {
	for i := range run {
		if run[i].Inline == nil && j.mostlyDead(ctx, run[i].Stripe) {
			return true
		}
	}
	return false
}

func (j *Janitor) fragment(ctx context.Context, e *fs.Extent) bool {
	return e.Len < fragment || j.mostlyDead(ctx, e.Stripe)
}

// rewrite stores the bytes of a run as one stripe and puts it in their place.
func (j *Janitor) rewrite(ctx context.Context, attr *fs.Attr, run []fs.Extent) error {
	total := int64(0)
	for i := range run {
		total += run[i].Len
	}
	data := takeBytes(int(total))[:total]
	defer func() { giveBytes(data) }()
	op := &fs.Relocate{Ino: attr.Ino, IfData: attr.DataVersion}
	pos := int64(0)
	for i := range run {
		e := &run[i]
		part := data[pos : pos+e.Len]
		if err := j.fetch(ctx, e, part); err != nil {
			return err
		}
		if n := len(op.Extents); n > 0 && op.Extents[n-1].End() == e.Off {
			op.Extents[n-1].Len += e.Len
		} else {
			op.Extents = append(op.Extents, fs.Extent{Off: e.Off, Len: e.Len, StripeOff: uint32(pos), StripeLen: uint32(total)})
		}
		pos += e.Len
	}
	_, id, err := j.c.meta.Alloc(ctx)
	if err != nil {
		return err
	}
	st, err := j.c.stripes.Write(ctx, id, fs.Owner{Ino: attr.Ino, Off: run[0].Off}, data)
	if err != nil {
		return err
	}
	op.Stripes = []fs.Stripe{st}
	for i := range op.Extents {
		op.Extents[i].PG, op.Extents[i].Stripe = st.PG, st.ID
	}
	if _, err = j.c.propose(ctx, nil, fs.Committed, op); err != nil {
		j.giveUp(ctx, st, err)
		if fs.KindOf(err) == fs.KindConflict || fs.KindOf(err) == fs.KindNotFound {
			return nil
		}
		return err
	}
	j.count(func(c *Counts) { c.Compacted++ })
	return nil
}
