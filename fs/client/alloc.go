package client

import (
	"context"

	"github.com/wakefs/wakefs/fs"
)

// AllocMode is the mode of fallocate(2).
type AllocMode uint8

// The modes of Allocate.
const (
	AllocKeepSize AllocMode = 1 << iota // the size does not grow
	AllocPunch                          // make a hole; the size stays
	AllocZero                           // make the range read as zeros
)

// Allocate is fallocate(2). Space is not reserved: a range that is allocated reads as
// zeros, and KindNoSpace comes if the whole has less free than it asks for.
func (h *Handle) Allocate(ctx context.Context, mode AllocMode, off, length int64) error {
	f, c := h.f, h.f.c
	if off < 0 || length <= 0 {
		return fs.E("fallocate", fs.KindInvalid, "", nil)
	}
	if off > fs.MaxSize-length {
		return fs.E("fallocate", fs.KindTooBig, "", nil)
	}
	if mode&(AllocPunch|AllocZero) == 0 {
		if st, err := c.meta.StatFS(ctx); err != nil {
			return err
		} else if uint64(length) > st.Free {
			return fs.E("fallocate", fs.KindNoSpace, "", nil)
		}
	}
	if err := f.commit(ctx, flushOptions{wait: fs.Accepted}); err != nil {
		return err
	}
	size, err := f.size(ctx)
	if err != nil {
		return err
	}
	var ops []fs.Op
	if mode&(AllocPunch|AllocZero) != 0 {
		ops = append(ops, &fs.Punch{Ino: f.ino, Off: off, Len: length})
	}
	if mode&(AllocPunch|AllocKeepSize) == 0 && off+length > size {
		ops = append(ops, &fs.SetAttr{Ino: f.ino, Set: fs.SetSize, Size: off + length})
	}
	if len(ops) == 0 {
		return nil
	}
	f.flush.Lock()
	defer f.flush.Unlock()
	_, err = c.propose(ctx, nil, fs.Accepted, ops...)
	f.mu.Lock()
	f.mu.touched = true
	f.invalidateLocked()
	f.mu.Unlock()
	return err
}

// Seek finds the next data, or with hole the next hole, at or behind off: lseek(2) with
// SEEK_DATA and SEEK_HOLE. There is a hole at the end of every file. KindNotFound stands for ENXIO.
func (h *Handle) Seek(ctx context.Context, off int64, hole bool) (int64, error) {
	f := h.f
	if err := f.commit(ctx, flushOptions{wait: fs.Accepted}); err != nil {
		return 0, err
	}
	size, err := f.size(ctx)
	if err != nil {
		return 0, err
	}
	if off < 0 || off >= size {
		return 0, fs.E("lseek", fs.KindNotFound, "", nil)
	}
	for off < size {
		end := min(off+maxWindow, size)
		l, err := f.committed(ctx, off, end)
		if err != nil {
			return 0, err
		}
		for i := range l.extents {
			e := &l.extents[i]
			switch {
			case e.End() <= off:
				continue
			case e.Off > off && hole:
				return off, nil
			case !hole:
				if e.Off < end {
					return max(e.Off, off), nil
				}
			}
			if e.Off >= end {
				break
			}
			off = e.End()
		}
		if hole && off < end {
			return off, nil
		}
		off = max(off, end)
	}
	if hole {
		return size, nil
	}
	return 0, fs.E("lseek", fs.KindNotFound, "", nil)
}

// CopyRange makes dst's range share src's bytes (copy_file_range) and returns how many there
// were: fewer than length at the end of src. KindInvalid for an overlap within one file.
func CopyRange(ctx context.Context, src *Handle, srcOff int64, dst *Handle, dstOff, length int64) (int64, error) {
	c := src.f.c
	for _, f := range []*file{src.f, dst.f} {
		if err := f.commit(ctx, flushOptions{wait: fs.Accepted}); err != nil {
			return 0, err
		}
	}
	size, err := src.f.size(ctx)
	if err != nil {
		return 0, err
	}
	if length = min(length, size-srcOff); length <= 0 {
		return 0, nil
	}
	f := dst.f
	f.flush.Lock()
	defer f.flush.Unlock()
	_, err = c.propose(ctx, nil, fs.Accepted, &fs.Clone{Src: src.f.ino, SrcOff: srcOff, Dst: f.ino, DstOff: dstOff, Len: length})
	if err != nil {
		return 0, err
	}
	f.mu.Lock()
	f.mu.wrote = true
	f.invalidateLocked()
	f.mu.Unlock()
	return length, nil
}
