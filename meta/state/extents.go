package state

import (
	"math"

	"github.com/wakefs/wakefs/fs"
)

func (t *txn) commit(op *fs.Commit, r *fs.OpResult) error {
	n, err := t.file(op.Ino)
	if err != nil {
		return err
	}
	if err := t.mayWrite(n); err != nil {
		return err
	}
	if op.MinSize < 0 {
		return invalid("size %d", op.MinSize)
	}
	if err := t.addStripes(op.Stripes); err != nil {
		return err
	}
	if err := t.checkExtents(op.Extents); err != nil {
		return err
	}
	size := max(n.Size, op.MinSize)
	for i := range op.Extents {
		e := &op.Extents[i]
		if _, err := t.cut(n, e.Off, e.End()); err != nil {
			return err
		}
		if err := t.add(n, e); err != nil {
			return err
		}
		size = max(size, e.End())
	}
	wrote := len(op.Extents) > 0 || size != n.Size
	n.Size = size
	t.commitAttr(op, n, wrote)
	r.Attr = n.Attr
	if op.Held {
		if t.key = keyHeld(t.key[:0], t.tx.Session, n.Ino); op.Close {
			t.v.Delete(t.key)
		} else {
			t.v.Set(t.key, nil)
		}
	}
	if op.Close {
		return t.announceClosed(n)
	}
	return nil
}

// commitAttr is what a Commit does to the attributes.
func (t *txn) commitAttr(op *fs.Commit, n *inode, wrote bool) {
	mode := n.Mode
	if op.KillPriv || wrote && t.tx.Check && t.tx.Cred.UID != 0 {
		mode = t.withoutPrivileges(n)
	}
	mtime, ctime := n.Mtime, n.Ctime
	switch {
	case op.KeepTimes:
	case op.Mtime != 0:
		mtime = op.Mtime
	case wrote:
		mtime = t.tx.Time
	}
	if wrote {
		n.write()
		n.Ctime = t.tx.Time
	} else if mode != n.Mode || mtime != n.Mtime {
		t.bump(n)
	}
	n.Mode, n.Mtime = mode, mtime
	if op.KeepTimes {
		n.Ctime = ctime
	}
}

// mayWrite checks for writing content. Who made the file in this Tx holds it open, as it were.
func (t *txn) mayWrite(n *inode) error {
	if n.made {
		return nil
	}
	return t.may(n, MayWrite)
}

// checkExtents holds extents to the contract: in order, apart, and within stripes that live.
func (t *txn) checkExtents(list []fs.Extent) error {
	end := int64(0)
	for i := range list {
		e := &list[i]
		switch {
		case e.Len <= 0 || e.Off < end || e.Off > math.MaxInt64-e.Len:
			return invalid("extent %d of %d bytes at %d is empty, out of order, or too far", i, e.Len, e.Off)
		case e.Inline != nil && (int64(len(e.Inline)) != e.Len || e.Stripe != 0):
			return invalid("inline extent of %d bytes holds %d", e.Len, len(e.Inline))
		}
		end = e.End()
		if e.Inline != nil {
			continue
		}
		s, err := t.stripe(e.Stripe)
		if err == fs.KindNotFound || err == nil && s.wasDead {
			return invalid("unknown stripe %d", e.Stripe)
		}
		if err != nil {
			return err
		}
		if e.PG != s.PG || e.StripeLen != s.Len || int64(e.StripeOff)+e.Len > int64(s.Len) {
			return invalid("extent at %d is not within stripe %d", e.Off, e.Stripe)
		}
	}
	return nil
}

// add adds an extent where none is. Size is the caller's.
func (t *txn) add(n *inode, e *fs.Extent) error {
	if err := t.refer(e, e.Len); err != nil {
		return err
	}
	t.set(keyExtent(t.key[:0], n.Ino, e.Off), e.Append(t.buf[:0]))
	n.Extents++
	n.ExtEnd = max(n.ExtEnd, e.End())
	n.Used += e.Len
	t.c.Used += uint64(e.Len)
	n.touch()
	return nil
}

// refer counts bytes of a stripe that are referred to (or with n < 0, no longer).
func (t *txn) refer(e *fs.Extent, n int64) error {
	if e.Inline != nil {
		return nil
	}
	s, err := t.stripe(e.Stripe)
	if err == fs.KindNotFound {
		return fs.Errorf("", fs.KindCorrupt, "", "an extent refers to stripe %d, which is not there", e.Stripe)
	}
	if err != nil {
		return err
	}
	s.Live += n
	s.dirty = true
	return nil
}

// cut makes a hole of [off, end) and returns how many bytes extents covered there. Size is the caller's.
func (t *txn) cut(n *inode, off, end int64) (covered int64, err error) {
	if n.Extents == 0 || off >= n.ExtEnd || off >= end {
		return 0, nil
	}
	list, err := t.overlapping(n, off, end, 0)
	if err != nil {
		return 0, err
	}
	for i := range list {
		e := &list[i]
		lo, hi := max(e.Off, off), min(e.End(), end)
		covered += hi - lo
		if err := t.refer(e, lo-hi); err != nil {
			return 0, err
		}
		if e.Off < lo {
			left := e.Slice(e.Off, lo)
			t.set(keyExtent(t.key[:0], n.Ino, left.Off), left.Append(t.buf[:0]))
		} else {
			t.remove(keyExtent(t.key[:0], n.Ino, e.Off))
			n.Extents--
		}
		if e.End() > hi {
			right := e.Slice(hi, e.End())
			t.set(keyExtent(t.key[:0], n.Ino, right.Off), right.Append(t.buf[:0]))
			n.Extents++
		}
	}
	if end >= n.ExtEnd {
		n.ExtEnd = off
	}
	if n.Extents == 0 {
		n.ExtEnd = 0
	}
	n.Used -= covered
	t.c.Used -= uint64(covered)
	n.touch()
	return covered, nil
}

// overlapping returns the extents that meet [off, end), whole and in order, and copied; with a limit, that many
// at most. Inline bytes are there only of those that stick out.
func (t *txn) overlapping(n *inode, off, end int64, limit int) ([]fs.Extent, error) {
	var list []fs.Extent
	err := walkExtents(&t.v, n.Ino, off, end, func(e fs.Extent) bool {
		if e.Inline != nil {
			if e.Off < off || e.End() > end {
				e.Inline = append([]byte(nil), e.Inline...)
			} else {
				e.Inline = []byte{}
			}
		}
		list = append(list, e)
		return limit == 0 || len(list) < limit
	})
	return list, err
}

func (t *txn) punch(op *fs.Punch, r *fs.OpResult) error {
	n, err := t.file(op.Ino)
	if err != nil {
		return err
	}
	if err := t.mayWrite(n); err != nil {
		return err
	}
	if op.Off < 0 || op.Len <= 0 || op.Off > math.MaxInt64-op.Len {
		return invalid("range of %d bytes at %d", op.Len, op.Off)
	}
	if op.Off < n.Size {
		if _, err := t.cut(n, op.Off, op.Off+op.Len); err != nil {
			return err
		}
		t.wrote(n)
	}
	r.Attr = n.Attr
	return nil
}

// wrote is a change of content that stamps the times.
func (t *txn) wrote(n *inode) {
	n.write()
	n.Mtime, n.Ctime = t.tx.Time, t.tx.Time
	if t.tx.Check && t.tx.Cred.UID != 0 {
		n.Mode = t.withoutPrivileges(n)
	}
}

func (t *txn) clone(op *fs.Clone, r *fs.OpResult) error {
	src, err := t.file(op.Src)
	if err != nil {
		return err
	}
	dst, err := t.file(op.Dst)
	if err != nil {
		return err
	}
	if err := t.may(src, MayRead); err != nil && !src.made {
		return err
	}
	if err := t.mayWrite(dst); err != nil {
		return err
	}
	switch {
	case op.SrcOff < 0 || op.DstOff < 0 || op.Len < 0 || op.Len > src.Size-op.SrcOff || op.DstOff > math.MaxInt64-op.Len:
		return invalid("range of %d bytes from %d to %d", op.Len, op.SrcOff, op.DstOff)
	case src == dst && op.SrcOff < op.DstOff+op.Len && op.DstOff < op.SrcOff+op.Len:
		return invalid("the ranges overlap")
	case op.Len == 0:
		r.Attr = dst.Attr
		return nil
	}
	if err := t.share(op, src, dst); err != nil {
		return err
	}
	dst.Size = max(dst.Size, op.DstOff+op.Len)
	t.wrote(dst)
	r.Attr = dst.Attr
	return nil
}

// share replaces the destination's range by the source's extents.
func (t *txn) share(op *fs.Clone, src, dst *inode) error {
	var list []fs.Extent
	end := op.SrcOff + op.Len
	err := walkExtents(&t.v, src.Ino, op.SrcOff, end, func(e fs.Extent) bool {
		e = e.Slice(max(e.Off, op.SrcOff), min(e.End(), end))
		if e.Inline != nil {
			e.Inline = append([]byte{}, e.Inline...)
		}
		e.Off += op.DstOff - op.SrcOff
		list = append(list, e)
		return true
	})
	if err != nil {
		return err
	}
	if _, err := t.cut(dst, op.DstOff, op.DstOff+op.Len); err != nil {
		return err
	}
	for i := range list {
		if err := t.add(dst, &list[i]); err != nil {
			return err
		}
	}
	return nil
}

func (t *txn) relocate(op *fs.Relocate, r *fs.OpResult) error {
	n, err := t.file(op.Ino)
	if err != nil {
		return err
	}
	if n.DataVersion != op.IfData {
		return fs.KindConflict
	}
	if err := t.addStripes(op.Stripes); err != nil {
		return err
	}
	if err := t.checkExtents(op.Extents); err != nil {
		return err
	}
	for i := range op.Extents {
		e := &op.Extents[i]
		covered, err := t.cut(n, e.Off, e.End())
		if err != nil {
			return err
		}
		if covered != e.Len {
			return invalid("%d of the %d bytes at %d are a hole", e.Len-covered, e.Len, e.Off)
		}
		if err := t.add(n, e); err != nil {
			return err
		}
	}
	n.changed = true // where the bytes are; the version stays
	r.Attr = n.Attr
	return nil
}

func (t *txn) reap(op *fs.Reap, r *fs.OpResult) error {
	if op.Max <= 0 {
		return invalid("at most %d extents", op.Max)
	}
	n, err := t.inode(op.Ino)
	if err == fs.KindNotFound || err == nil && n.Nlink > 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if n.Extents > 0 {
		list, err := t.overlapping(n, 0, math.MaxInt64, op.Max)
		if err != nil {
			return err
		}
		if _, err := t.cut(n, list[0].Off, list[len(list)-1].End()); err != nil {
			return err
		}
	}
	r.ID = n.Extents
	if n.Extents > 0 {
		return nil
	}
	return t.deleteInode(n)
}

// deleteInode removes all that is left of an orphan without extents.
func (t *txn) deleteInode(n *inode) error {
	var keys [][]byte
	if n.Xattrs > 0 {
		err := scan(&t.v, key1(nil, tagXattr, n.Ino), key1(nil, tagXattr, n.Ino+1), false, func(k, _ []byte) (bool, error) {
			keys = append(keys, append([]byte(nil), k...))
			return true, nil
		})
		if err != nil {
			return err
		}
	}
	for _, k := range keys {
		t.v.Delete(k)
	}
	t.remove(key1(t.key[:0], tagOrphan, n.Ino))
	n.gone = true
	t.c.Inodes--
	t.c.Orphans--
	return nil
}
