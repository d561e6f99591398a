// Package wal keeps the raft log: a raft.LogStore of segment files that costs one write and one
// sync for each StoreLogs, however many entries it has. (The stable store, for term and
// vote, is another.)
//
// Log is all there is to it; record.go and segment.go have the format. Entries are consecutive. Every entry
// read passed its checksum. At Open a write that a crash cut off at the log's end is cut away: StoreLogs had not
// returned. Damage anywhere else is KindCorrupt and never cut: raft may have counted on those entries.
//
// Lock order: Log.write, Log.mu. Invariants: segments are in order of number and of index, none is empty
// but the last; the last one is the one written to.
package wal

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/hashicorp/raft"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
)

// Options configure a Log. Zero fields get the defaults.
type Options struct {
	// Segment is the size at which a new segment is begun, bytes; 16 MiB.
	Segment int64
	// Prepare is how far ahead a segment gets its blocks, bytes; 1 MiB.
	Prepare int64
	// Spares is how many files that are no longer needed are kept to be used again; 2.
	Spares int
}

// Log implements raft.LogStore. All methods may be called concurrently.
type Log struct {
	fsys disk.FS
	o    Options

	// write is held by whoever changes the log.
	write  sync.Mutex
	spares []string // guarded by write
	buf    []byte   // guarded by write
	failed error    // guarded by write: a write or sync failed, so nothing more may be written

	mu    sync.RWMutex
	segs  []*segment // guarded by mu
	first uint64     // guarded by mu: of the first entry; 0: none
	next  uint64     // guarded by mu: number of the next segment
}

const spareSuffix = ".spare"

// Open opens the log whose files lie in the root of fsys, and makes it if there is none. Errors: KindCorrupt,
// KindInvalid (of a newer version).
func Open(fsys disk.FS, o Options) (*Log, error) {
	if o.Segment == 0 {
		o.Segment = 16 << 20
	}
	if o.Prepare == 0 {
		o.Prepare = 1 << 20
	}
	if o.Spares == 0 {
		o.Spares = 2
	}
	l := &Log{fsys: fsys, o: o, next: 1}
	if err := l.open(); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func (l *Log) open() error {
	list, err := l.fsys.ReadDir(".")
	if err != nil {
		return err
	}
	var names []string
	for _, e := range list {
		switch {
		case strings.HasSuffix(e.Name, ".wal"):
			names = append(names, e.Name)
		case strings.HasSuffix(e.Name, spareSuffix):
			number, err := spareNumber(l.fsys, e.Name)
			if err != nil {
				return err
			}
			l.spares = append(l.spares, e.Name)
			l.next = max(l.next, number+1)
		}
	}
	for i, name := range names {
		if err := l.openSegment(name, i == len(names)-1); err != nil {
			return err
		}
	}
	if len(l.segs) > 0 && len(l.segs[0].offsets) > 0 {
		l.first = l.segs[0].first
	}
	return nil
}

// openSegment adds a segment. The newest may have lost the end of a write.
func (l *Log) openSegment(name string, newest bool) error {
	s, tail, err := openSegment(l.fsys, name)
	if errors.Is(err, errNoHead) && newest { // a crash came while it was made
		if err := l.fsys.Remove(name); err != nil {
			return err
		}
		return l.fsys.SyncDir(".")
	}
	if errors.Is(err, errNoHead) {
		return fs.E("open log", fs.KindCorrupt, name, err)
	}
	if err != nil {
		return err
	}
	l.segs = append(l.segs, s)
	l.next = max(l.next, s.number+1)
	if n := len(l.segs); n > 1 && l.segs[n-2].last()+1 != s.first {
		return fs.Errorf("open log", fs.KindCorrupt, name, "it begins with entry %d, the one before it ends with %d", s.first, l.segs[n-2].last())
	}
	if tail == tailRot {
		return fs.Errorf("open log", fs.KindCorrupt, name, "entry %d is damaged, later ones are not", s.first+uint64(len(s.offsets)))
	}
	if !newest {
		return nil // if entries are missing, the next segment does not fit
	}
	if tail == tailTorn {
		return s.cut(s.first + uint64(len(s.offsets)))
	}
	return nil
}

// Close closes the files. Everything stored is durable already.
func (l *Log) Close() error {
	l.write.Lock()
	defer l.write.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	var err error
	for _, s := range l.segs {
		err = errors.Join(err, s.f.Close())
	}
	l.segs = nil
	l.failed = errors.New("the log is closed")
	return err
}

// IsMonotonic implements raft.MonotonicLogStore: there are no gaps.
func (l *Log) IsMonotonic() bool { return true }

// FirstIndex implements raft.LogStore.
func (l *Log) FirstIndex() (uint64, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.first, nil
}

// LastIndex implements raft.LogStore.
func (l *Log) LastIndex() (uint64, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.lastLocked(), nil
}

func (l *Log) lastLocked() uint64 {
	if l.first == 0 {
		return 0
	}
	return l.segs[len(l.segs)-1].last()
}

// GetLog implements raft.LogStore. The entry is the caller's.
func (l *Log) GetLog(index uint64, log *raft.Log) error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.first == 0 || index < l.first || index > l.lastLocked() {
		return raft.ErrLogNotFound
	}
	i := len(l.segs) - 1
	for l.segs[i].first > index {
		i--
	}
	return l.segs[i].read(index, log)
}

func (s *segment) read(index uint64, log *raft.Log) error {
	off := int64(s.offsets[index-s.first])
	end := s.end
	if n := index - s.first + 1; n < uint64(len(s.offsets)) {
		end = int64(s.offsets[n])
	}
	b := make([]byte, end-off)
	if err := s.f.ReadV([][]byte{b}, off); err != nil {
		return fs.E("read log", fs.KindOther, s.name, err)
	}
	h, ok := recordAt(b, 0, begin(s.number))
	if !ok || h.index != index {
		return fs.Errorf("read log", fs.KindCorrupt, s.name, "entry %d fails its checksum", index)
	}
	h.fill(b[recordHead:][:h.dataLen+h.extLen], log)
	return nil
}

// StoreLog implements raft.LogStore.
func (l *Log) StoreLog(log *raft.Log) error { return l.StoreLogs([]*raft.Log{log}) }

// StoreLogs implements raft.LogStore: entries that follow the last one, durable at the return, all or none. After
// an error of the write itself nothing more can be stored until the log is opened again; KindNoSpace comes before it.
func (l *Log) StoreLogs(logs []*raft.Log) error {
	if len(logs) == 0 {
		return nil
	}
	l.write.Lock()
	defer l.write.Unlock()
	if l.failed != nil {
		return fmt.Errorf("log is not writable since an error: %w", l.failed)
	}
	last, _ := l.LastIndex()
	for i, e := range logs {
		if want := logs[0].Index + uint64(i); e.Index != want || last != 0 && logs[0].Index != last+1 {
			return fs.Errorf("store log", fs.KindInvalid, "", "entry %d does not follow %d", e.Index, last+uint64(i))
		}
	}
	return l.store(logs)
}

func (l *Log) store(logs []*raft.Log) error {
	size := int64(0)
	for _, e := range logs {
		if len(e.Data) > maxRecord || len(e.Extensions) > maxRecord {
			return fs.Errorf("store log", fs.KindTooBig, "", "entry of %d bytes", len(e.Data))
		}
		h := head{dataLen: uint32(len(e.Data)), extLen: uint32(len(e.Extensions))}
		size += h.size()
	}
	s, err := l.room(logs[0].Index, size)
	if err != nil {
		return err
	}
	sum := begin(s.number)
	b := l.buf[:0]
	offsets := make([]uint32, len(logs))
	for i, e := range logs {
		offsets[i] = uint32(s.end) + uint32(len(b))
		b = appendRecord(b, sum, e, i == 0)
	}
	if l.buf = b; cap(b) > 4<<20 {
		l.buf = nil
	}
	if err := s.prepare(size, l.o.Prepare); err != nil { // a full disk shows here, before anything is half-written
		return err
	}
	if _, err := s.f.WriteAt(b, s.end); err != nil {
		l.failed = err
		return err
	}
	if err := s.f.Sync(); err != nil {
		l.failed = err
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	s.offsets = append(s.offsets, offsets...)
	s.end += size
	if l.first == 0 {
		l.first = logs[0].Index
	}
	return nil
}

// room returns the segment for a write that begins with an index, a new one if the last is full.
func (l *Log) room(first uint64, size int64) (*segment, error) {
	l.mu.RLock()
	var s *segment
	if n := len(l.segs); n > 0 {
		s = l.segs[n-1]
	}
	number := l.next
	l.mu.RUnlock()
	if s != nil && len(s.offsets) > 0 && s.end+size <= l.o.Segment {
		return s, nil
	}
	if s != nil && len(s.offsets) == 0 { // its header names an index that nobody may have stored
		if err := l.drop(s); err != nil {
			return nil, err
		}
	}
	spare := ""
	if n := len(l.spares); n > 0 {
		spare, l.spares = l.spares[n-1], l.spares[:n-1]
	}
	s, err := createSegment(l.fsys, spare, number, first)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.segs = append(l.segs, s)
	l.next++
	return s, nil
}
