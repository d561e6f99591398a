package client

import (
	"context"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// Destaging moves the bytes of small files out of the metadata into stripes that many files
// share: they cost the erasure code's overhead then, not a copy on every metadata node. A shared stripe dies
// with its last file; one that is mostly dead is emptied by packing what is left of it anew.
const (
	smallFile   = 64 << 10         // a file up to that size, bytes, is packed with others
	destageIdle = 10 * time.Minute // nobody has written to the file for that long
	packFiles   = 256              // in one stripe, and in one Tx
	minPack     = 1 << 20          // fewer bytes wait for more
	maxInlined  = 1 << 17          // files remembered; the rest is found by Reclaim
	packTries   = 4
)

// Inlined tells of a file that was committed with inline data. It never blocks.
func (j *Janitor) Inlined(ino fs.Ino) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.inlined) < maxInlined {
		j.inlined[ino] = j.c.o.Clock()
	}
}

// destageIdle packs the files told of by Inlined that have been quiet for long.
func (j *Janitor) destageIdle(ctx context.Context) error {
	old := j.c.o.Clock() - int64(destageIdle)
	var ready []fs.Ino
	j.mu.Lock()
	for ino, at := range j.inlined {
		if at < old {
			ready = append(ready, ino)
			delete(j.inlined, ino)
		}
	}
	j.mu.Unlock()
	left, err := j.Destage(ctx, ready, minPack)
	for _, ino := range left {
		j.Inlined(ino)
	}
	return err
}

// Destage packs small files among inos that have inline data, or bytes in stripes that are mostly dead, into
// stripes of at least least bytes. It returns the files of the last stripe if that would be smaller; they are
// left as they are. A file that changes meanwhile is left out.
func (j *Janitor) Destage(ctx context.Context, inos []fs.Ino, least int) (left []fs.Ino, err error) {
	p := &pack{}
	for _, ino := range inos {
		op, err := j.relocation(ctx, ino)
		if err != nil && fs.KindOf(err) != fs.KindNotFound && fs.KindOf(err) != fs.KindInvalid {
			return nil, err
		}
		if err != nil || op == nil {
			continue // it is gone, or nothing of it is worth moving
		}
		if p.size+total(op.Extents) > fs.MaxStripe || len(p.ops) == packFiles {
			if err := j.store(ctx, p); err != nil {
				return nil, err
			}
			p = &pack{}
		}
		p.ops = append(p.ops, op)
		p.size += total(op.Extents)
	}
	if p.size < int64(least) {
		for _, op := range p.ops {
			left = append(left, op.Ino)
		}
		return left, nil
	}
	return nil, j.store(ctx, p)
}

// pack is the files of one stripe to be. The extents of ops are where the bytes are now.
type pack struct {
	ops  []*fs.Relocate
	size int64
}

func total(extents []fs.Extent) (n int64) {
	for i := range extents {
		n += extents[i].Len
	}
	return n
}

// relocation is a small file's extents that are worth moving; nil: there are none.
func (j *Janitor) relocation(ctx context.Context, ino fs.Ino) (*fs.Relocate, error) {
	attr, extents, err := j.c.meta.Extents(ctx, ino, 0, maxWindow)
	if err != nil || attr.Size > smallFile {
		return nil, err
	}
	op := &fs.Relocate{Ino: ino, IfData: attr.DataVersion}
	for i := range extents {
		if extents[i].Inline != nil || j.mostlyDead(ctx, extents[i].Stripe) {
			op.Extents = append(op.Extents, extents[i])
		}
	}
	if len(op.Extents) == 0 {
		return nil, nil
	}
	return op, nil
}

func (j *Janitor) mostlyDead(ctx context.Context, id fs.StripeID) bool {
	st, err := j.c.meta.Stripe(ctx, id)
	return err == nil && st.Live < int64(st.Len)/2
}

// store writes a pack's stripe and moves its files there in one Tx.
func (j *Janitor) store(ctx context.Context, p *pack) error {
	if p.size == 0 {
		return nil
	}
	data := takeBytes(int(p.size))[:p.size]
	defer func() { giveBytes(data) }()
	pos := int64(0)
	for _, op := range p.ops {
		for i := range op.Extents {
			e := &op.Extents[i]
			if err := j.fetch(ctx, e, data[pos:pos+e.Len]); err != nil {
				return err
			}
			*e = fs.Extent{Off: e.Off, Len: e.Len, StripeOff: uint32(pos), StripeLen: uint32(p.size)}
			pos += e.Len
		}
	}
	_, id, err := j.c.meta.Alloc(ctx)
	if err != nil {
		return err
	}
	st, err := j.c.stripes.Write(ctx, id, fs.Owner{Ino: p.ops[0].Ino}, data)
	if err != nil {
		return err
	}
	for _, op := range p.ops {
		for i := range op.Extents {
			op.Extents[i].PG, op.Extents[i].Stripe = st.PG, st.ID
		}
	}
	if err := j.move(ctx, p.ops, st); err != nil {
		j.giveUp(ctx, st, err)
		if fs.KindOf(err) == fs.KindConflict || fs.KindOf(err) == fs.KindNotFound {
			return nil // the files change too often now
		}
		return err
	}
	j.count(func(c *Counts) { c.Packed += uint64(len(p.ops)) })
	return nil
}

func (j *Janitor) fetch(ctx context.Context, e *fs.Extent, dst []byte) error {
	if e.Inline != nil {
		copy(dst, e.Inline)
		return nil
	}
	return j.c.stripes.Read(ctx, e, 0, dst)
}

// move proposes the relocations, without those of files that have changed.
func (j *Janitor) move(ctx context.Context, ops []*fs.Relocate, st fs.Stripe) error {
	var err error
	for range packTries {
		if len(ops) == 0 {
			return fs.E("destage", fs.KindConflict, "", nil)
		}
		list := make([]fs.Op, len(ops))
		for i, op := range ops {
			op.Stripes = nil
			list[i] = op
		}
		ops[0].Stripes = []fs.Stripe{st}
		_, err = j.c.propose(ctx, nil, fs.Committed, list...)
		if fs.KindOf(err) != fs.KindConflict && fs.KindOf(err) != fs.KindNotFound {
			return err
		}
		same := ops[:0]
		for _, op := range ops {
			if a, gone := j.c.meta.GetAttr(ctx, op.Ino); gone == nil && a.DataVersion == op.IfData {
				same = append(same, op)
			}
		}
		ops = same
	}
	return err
}

// Reclaim looks at every file: it packs small ones whose data is still inline, and rewrites what is in
// mostly dead stripes. It is for the quiet hours.
func (j *Janitor) Reclaim(ctx context.Context) error {
	old := j.c.o.Clock() - int64(destageIdle)
	var after fs.Ino
	var small []fs.Ino
	for {
		list, err := j.c.meta.Inodes(ctx, after, 1024)
		if err != nil {
			return err
		}
		for i := range list {
			a := &list[i]
			after = a.Ino
			switch {
			case !a.IsRegular() || a.Used == 0 || a.Nlink == 0 || a.Ctime > old:
			case a.Size <= smallFile:
				small = append(small, a.Ino)
			default:
				if err := j.Compact(ctx, a.Ino); err != nil && fs.KindOf(err) != fs.KindNotFound {
					return err
				}
			}
		}
		if len(list) == 0 || len(small) >= 4*packFiles {
			if small, err = j.Destage(ctx, small, minPack); err != nil || len(list) == 0 {
				return err
			}
		}
	}
}
