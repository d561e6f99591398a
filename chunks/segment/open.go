package segment

import (
	"errors"
	"slices"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
	"github.com/wakefs/wakefs/fs/disk/pebblefs"
)

// Open opens the store in a data directory and formats an empty one. It finds again
// what the index had not flushed, cuts off torn tails that were never acknowledged,
// and reports corrupt shards; corruption never keeps it from opening.
//
// KindWouldBlock if another process uses the directory, KindUnsupported for a format
// of a newer version, KindCorrupt for an unreadable format file.
func Open(fsys disk.FS, o Options) (*Store, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, fs.E("open chunk server", fs.KindInvalid, "", err)
	}
	if err := fsys.Check(); err != nil {
		return nil, err
	}
	lock, err := fsys.Lock(lockFile)
	if err != nil {
		return nil, err
	}
	s := &Store{
		fsys: fsys, opts: o, lock: lock, handles: newHandles(fsys, o.OpenFiles),
		closing: make(chan struct{}), broken: make(chan struct{}), abandoned: make(chan struct{}), wakeup: make(chan struct{}, 1),
		inflight: make(map[fs.ShardAddr]chan struct{}), corrupt: make(map[fs.ShardAddr]struct{}), stuck: make(map[uint32]struct{}),
	}
	s.log = &appendLog{s: s, nextID: 1}
	if err := s.open(); err != nil {
		if s.ix != nil && s.failed() == nil {
			err = errors.Join(err, s.ix.db.Close())
		}
		return nil, errors.Join(err, s.handles.closeAll(), lock.Close())
	}
	s.done.Add(1)
	go s.maintain()
	s.wake()
	return s, nil
}

func (s *Store) open() error {
	var err error
	if s.uuid, err = readFormat(s.fsys, s.opts.Random); err != nil {
		return err
	}
	if err := s.openIndex(); err != nil {
		return err
	}
	if _, err := s.refreshSpace(); err != nil {
		return err
	}
	if err := s.recover(); err != nil {
		return err
	}
	return s.failed()
}

// openIndex opens the index, or begins it anew if it is damaged: all that is in it can
// be found in the segments.
func (s *Store) openIndex() error {
	db, err := s.openPebble()
	if err == nil {
		s.ix = newIndex(db, s.log.positions)
		if err = s.ix.load(); err == nil {
			return nil
		}
		err = errors.Join(err, db.Close())
		s.ix = nil
	}
	for _, k := range []fs.Kind{fs.KindNoSpace, fs.KindUnavailable, fs.KindWouldBlock, fs.KindAccess, fs.KindReadOnly} {
		if errors.Is(err, k) {
			return err
		}
	}
	s.opts.Logger.Warn("index is damaged and is rebuilt from the segments", "err", err)
	if err := disk.RemoveAll(s.fsys, indexDir); err != nil {
		return err
	}
	if db, err = s.openPebble(); err != nil {
		return err
	}
	s.ix = newIndex(db, s.log.positions)
	return nil
}

func (s *Store) openPebble() (*pebble.DB, error) {
	cache := s.opts.Cache
	if cache == nil {
		cache = pebble.NewCache(4 << 20)
		defer cache.Unref() // the database has its own reference
	}
	o := &pebble.Options{
		FS:                          pebblefs.New(s.fsys),
		Cache:                       cache,
		DisableWAL:                  true,
		MemTableSize:                1 << 20,
		MemTableStopWritesThreshold: 4,
		L0CompactionThreshold:       4,
		MaxOpenFiles:                64,
		FormatMajorVersion:          pebble.FormatNewest,
		CompactionConcurrencyRange:  func() (int, int) { return 1, 1 },
		Logger:                      pebbleLogger{s},
		EventListener:               &pebble.EventListener{BackgroundError: s.backgroundError},
	}
	for i := range o.Levels {
		o.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
	}
	return pebble.Open(indexDir, o)
}

// recover indexes what the segments have beyond what the index covers.
func (s *Store) recover() error {
	list, err := s.fsys.ReadDir(".")
	if err != nil {
		return err
	}
	var ids []uint32
	for _, f := range list {
		if id, ok := parseSegmentName(f.Name); ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for _, u := range s.ix.usage() {
		if !slices.Contains(ids, u.id) {
			s.missing(u.id)
		}
		s.log.nextID = max(s.log.nextID, u.id+1)
	}
	for i, id := range ids {
		s.log.nextID = max(s.log.nextID, id+1)
		if err := s.recoverSegment(id, i == len(ids)-1); err != nil {
			return err
		}
	}
	return s.reportFound()
}

// reportFound reports the corrupt shards that no later record has replaced.
func (s *Store) reportFound() error {
	for _, x := range s.found {
		e, ok, err := s.ix.get(x.addr)
		if err != nil {
			return err
		}
		if ok && e.seg == x.e.seg && e.off == x.e.off {
			s.markCorrupt(x.addr)
		}
	}
	s.found = nil
	return s.ix.apply()
}

// missing handles a segment that the index knows and that has no file.
func (s *Store) missing(id uint32) {
	st, _ := s.ix.stat(id)
	if st.shards == 0 {
		s.ix.forget(id) // removed just before a crash
		return
	}
	s.opts.Logger.Error("segment is missing; its shards are corrupt until they are put again", "segment", segmentName(id), "shards", st.shards)
}

// recoverSegment brings a segment's tail into the index. The last one is written on
// if it is whole.
func (s *Store) recoverSegment(id uint32, last bool) error {
	h, err := s.handles.acquire(id)
	if err != nil {
		return err
	}
	keep := false
	defer func() {
		if !keep {
			s.handles.release(h)
		}
	}()
	info, err := h.f.Stat()
	if err != nil {
		return err
	}
	st, known := s.ix.stat(id)
	sc := scanner{f: h.f, size: info.Size, gen: st.gen}
	var b [headerLen]byte
	n, _ := h.f.ReadAt(b[:], 0) // what cannot be read counts as damaged
	fh, whole := decodeFileHeader(b[:n])
	whole = whole && fh.id == id
	switch {
	case whole:
		sc.gen = fh.gen
	case !known:
		sc.anyGen = true
	}
	from := max(headerLen, st.pos)
	r := recovery{s: s, h: h}
	end, gaps, err := sc.scan(from, r.visit)
	if err != nil {
		return s.diskError(err)
	}
	if len(r.suspects) > 0 {
		end = r.suspects[0].e.off
	}
	if !known && r.found == 0 && !whole {
		// Begun just before a crash: its name is there, its header is not.
		s.opts.Logger.Info("removing segment without content", "segment", segmentName(id))
		if err := s.fsys.Remove(segmentName(id)); err != nil {
			return err
		}
		s.handles.drop(id)
		return nil
	}
	if gaps > 0 || r.rotten > 0 || !whole {
		s.opts.Logger.Error("segment is damaged", "segment", segmentName(id), "header", whole, "corrupt", r.rotten, "unreadable", gaps)
	}
	if info.Size < st.pos {
		s.opts.Logger.Error("segment is cut off; the shards beyond are corrupt until they are put again", "segment", segmentName(id), "bytes", info.Size, "expected", st.pos)
	}
	s.ix.setStat(id, func(x *segStat) {
		x.gen = sc.gen
		x.pos = max(end, st.pos)
		x.used = x.pos - headerLen
	})
	if info.Size > end {
		if err := trim(h.f, max(end, headerLen)); err != nil {
			return s.diskError(err)
		}
	}
	if last && whole && gaps == 0 && r.rotten == 0 && end >= st.pos && end < s.opts.SegmentSize {
		s.log.adoptLocked(h, sc.gen, end)
		keep = true
	}
	return nil
}

// trim cuts off what is beyond the last record, durably: what comes next is written
// there.
func trim(f disk.File, size int64) error {
	if err := f.Truncate(size); err != nil {
		return err
	}
	return f.Sync()
}

// recovery indexes the records of a tail.
type recovery struct {
	s      *Store
	h      *handle
	found  int // records
	rotten int // corrupt ones that others follow

	// suspects are the latest records, as long as their data is corrupt: if nothing
	// whole follows they were never acknowledged.
	suspects []suspect
}

type suspect struct {
	addr fs.ShardAddr
	e    entry
}

func (r *recovery) visit(off int64, hd header) error {
	r.found++
	if hd.kind == recordDead {
		return r.confirm()
	}
	e := entry{seg: r.h.id, off: off, length: hd.length, owner: hd.owner, written: hd.written}
	if err := verify(r.h.f, off, hd.addr, hd.length); err != nil {
		r.suspects = append(r.suspects, suspect{hd.addr, e})
		return r.s.fsys.Check()
	}
	if err := r.confirm(); err != nil {
		return err
	}
	if _, _, err := r.s.ix.replace(hd.addr, e); err != nil {
		return err
	}
	if r.found%applyAt == 0 {
		return r.s.ix.apply() // a whole disk's worth does not fit memory
	}
	return nil
}

// confirm takes the suspects for what they are: corrupt shards.
func (r *recovery) confirm() error {
	for _, x := range r.suspects {
		if _, _, err := r.s.ix.replace(x.addr, x.e); err != nil {
			return err
		}
		r.rotten++
		r.s.found = append(r.s.found, x)
	}
	r.suspects = r.suspects[:0]
	return nil
}
