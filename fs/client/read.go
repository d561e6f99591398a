package client

import (
	"context"
	"sort"

	"github.com/wakefs/wakefs/fs"
)

// rangeOf is a part of a file, [off, end).
type rangeOf struct{ off, end int64 }

// readTries bounds how often a read looks its extents up anew after their stripes
// turned out to be gone: compaction moved the bytes meanwhile.
const readTries = 4

// read reads from off into dst and returns how many bytes there are; fewer than asked
// only at the end of the file.
func (f *file) read(ctx context.Context, dst []byte, off int64) (int, error) {
	if len(dst) == 0 {
		return 0, nil
	}
	var err error
	for range readTries {
		var n int
		if n, err = f.readOnce(ctx, dst, off); err == nil {
			return n, nil
		}
		if fs.KindOf(err) != fs.KindNotFound {
			break
		}
		f.invalidate()
	}
	return 0, err
}

func (f *file) readOnce(ctx context.Context, dst []byte, off int64) (int, error) {
	var l look
	for {
		var err error
		if l, err = f.committed(ctx, off, off+int64(len(dst))); err != nil {
			return 0, err
		}
		f.mu.Lock()
		if f.mu.gen == l.gen {
			break
		}
		// The file was committed between the look and the lock: what has left the
		// spans is in newer extents.
		f.mu.Unlock()
	}
	size := max(l.attr.Size, f.mu.spans.end())
	if off >= size {
		f.mu.Unlock()
		return 0, nil
	}
	dst = dst[:min(int64(len(dst)), size-off)]
	var arr [8]rangeOf
	holes := arr[:0]
	f.mu.spans.read(dst, off, func(from, to int64) { holes = append(holes, rangeOf{from, to}) })
	f.mu.Unlock()
	for _, h := range holes {
		if err := f.readExtents(ctx, l.extents, dst[h.off-off:h.end-off], h.off); err != nil {
			return 0, err
		}
	}
	return len(dst), nil
}

// readExtents fills dst, the file's bytes from off, from committed extents; zeros
// where there are none.
func (f *file) readExtents(ctx context.Context, extents []fs.Extent, dst []byte, off int64) error {
	end := off + int64(len(dst))
	pos := off
	i := sort.Search(len(extents), func(i int) bool { return extents[i].End() > off })
	for ; i < len(extents) && extents[i].Off < end; i++ {
		e := &extents[i]
		from, to := max(e.Off, pos), min(e.End(), end)
		clear(dst[pos-off : from-off])
		part := dst[from-off : to-off]
		if e.Inline != nil {
			copy(part, e.Inline[from-e.Off:])
		} else if err := f.c.stripes.Read(ctx, e, int(from-e.Off), part); err != nil {
			return err
		}
		pos = to
	}
	clear(dst[pos-off:])
	return nil
}
