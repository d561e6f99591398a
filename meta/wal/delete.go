package wal

import (
	"errors"
	"slices"

	"github.com/wakefs/wakefs/fs"
)

// DeleteRange implements raft.LogStore: a beginning of the log, which a snapshot has, an end, which another
// leader's entries replace, or all of it. Of a beginning whole segments go; the entries that stay of the rest
// read as deleted until the log is opened again, and then as not deleted, which does no harm.
func (l *Log) DeleteRange(min, max uint64) error {
	l.write.Lock()
	defer l.write.Unlock()
	if l.failed != nil {
		return l.failed
	}
	first, _ := l.FirstIndex()
	last, _ := l.LastIndex()
	if first == 0 || max < first || min > last || min > max {
		return nil
	}
	var err error
	switch {
	case min <= first:
		err = l.deleteBefore(max + 1)
	case max >= last:
		err = l.deleteFrom(min)
	default:
		return fs.Errorf("delete log", fs.KindInvalid, "", "entries %d to %d lie inside %d to %d", min, max, first, last)
	}
	if err != nil {
		l.failed = err
	}
	return err
}

// deleteBefore drops the entries before index.
func (l *Log) deleteBefore(index uint64) error {
	for {
		l.mu.RLock()
		var s *segment
		if len(l.segs) > 0 && l.segs[0].last() < index {
			s = l.segs[0]
		}
		l.mu.RUnlock()
		if s == nil {
			break
		}
		if err := l.drop(s); err != nil {
			return err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.first = 0
	if len(l.segs) > 0 {
		l.first = max(index, l.segs[0].first)
	}
	return nil
}

// deleteFrom drops the entries from index on, the last segment first: a crash leaves a log
// that ends later than it should, and has no gap.
func (l *Log) deleteFrom(index uint64) error {
	for {
		l.mu.RLock()
		s := l.segs[len(l.segs)-1]
		l.mu.RUnlock()
		if s.first < index {
			l.mu.Lock() // readers must not see offsets beyond the file's end
			defer l.mu.Unlock()
			return s.cut(index)
		}
		if err := l.drop(s); err != nil {
			return err
		}
	}
}

// drop takes a segment out, durably, and keeps its file to be used again if it may.
func (l *Log) drop(s *segment) error {
	l.mu.Lock()
	l.segs = slices.DeleteFunc(l.segs, func(x *segment) bool { return x == s })
	l.mu.Unlock()
	if err := s.f.Close(); err != nil {
		return err
	}
	var err error
	if len(l.spares) < l.o.Spares && s.prepared <= l.o.Segment+l.o.Prepare {
		spare := s.name + spareSuffix
		if err = l.fsys.Rename(s.name, spare); err == nil {
			l.spares = append(l.spares, spare)
		}
	} else {
		err = l.fsys.Remove(s.name)
	}
	return errors.Join(err, l.fsys.SyncDir("."))
}
