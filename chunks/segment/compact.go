package segment

import (
	"context"
	"errors"
	"time"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
)

// punch is the body of a deleted record, to be freed.
type punch struct {
	addr fs.ShardAddr
	e    entry
}

// punchAll frees the bodies of large deleted records. It runs after a flush, so that
// no crash brings back an index entry of a record without a body. The header is
// rewritten first, to tell a freed record from a rotten one.
func (s *Store) punchAll() {
	s.mu.Lock()
	list := s.punches
	s.punches = nil
	s.mu.Unlock()
	for _, p := range list {
		if err := s.punch(p); err != nil {
			// The space comes back when the segment is compacted.
			s.opts.Logger.Debug("cannot punch", "shard", p.addr.String(), "err", err)
		}
	}
}

func (s *Store) punch(p punch) error {
	h, err := s.handles.acquire(p.e.seg)
	if err != nil {
		return err
	}
	defer s.handles.release(h)
	var b [headerLen]byte
	if _, err := h.f.ReadAt(b[:], p.e.off); err != nil {
		return err
	}
	head, ok := decodeHeader(b[:])
	if !ok || head.addr != p.addr {
		return errRot
	}
	head.kind = recordDead
	head.encode(b[:])
	if _, err := h.f.WriteAt(b[:], p.e.off); err != nil {
		return err
	}
	n := recordLen(p.e.length) - headerLen
	if err := h.f.PunchHole(p.e.off+headerLen, n); err != nil {
		return err
	}
	s.counters.punched.Add(n)
	return nil
}

// compact rewrites the live shards of the segments that are mostly dead, the deadest
// first, and removes them.
func (s *Store) compact() error {
	for {
		if s.stopped() {
			return errStopped
		}
		id, ok := s.victim()
		if !ok {
			return nil
		}
		err := s.compactSegment(id)
		switch {
		case errors.Is(err, fs.KindNoSpace):
			return nil // until something is deleted
		case err != nil:
			return err
		}
	}
}

func (s *Store) stopped() bool {
	select {
	case <-s.closing:
		return true
	case <-s.broken:
		return true
	default:
		return false
	}
}

// victim chooses the sealed segment with the least live share below the bound.
func (s *Store) victim() (id uint32, ok bool) {
	best := s.opts.CompactBelow
	for _, c := range s.ix.usage() {
		if c.share >= best || s.log.writing(c.id) {
			continue
		}
		s.mu.Lock()
		_, stuck := s.stuck[c.id]
		s.mu.Unlock()
		if !stuck {
			id, ok, best = c.id, true, c.share
		}
	}
	return id, ok
}

// compactSegment moves what is live elsewhere, makes the index without the segment
// durable, and removes it.
func (s *Store) compactSegment(id uint32) error {
	st, ok := s.ix.stat(id)
	if !ok {
		return nil
	}
	size := int64(0)
	h, err := s.handles.acquire(id)
	switch {
	case errors.Is(err, fs.KindNotFound):
		if gone := s.fsys.Check(); gone != nil {
			return gone
		}
	case err != nil:
		return err
	default:
		size, err = s.evacuate(h, st)
		s.handles.release(h)
		if err != nil {
			return err
		}
	}
	if st, _ = s.ix.stat(id); st.live > 0 {
		// Its header is damaged, so the walk did not find it. It stays readable.
		s.mu.Lock()
		s.stuck[id] = struct{}{}
		s.mu.Unlock()
		return nil
	}
	if err := s.flush(); err != nil {
		return err
	}
	if err := s.fsys.Remove(segmentName(id)); err != nil && !errors.Is(err, fs.KindNotFound) {
		return err
	}
	s.handles.drop(id)
	s.ix.forget(id)
	s.counters.compacted.Add(size)
	return s.fsys.SyncDir(".")
}

// batchBytes is how much compaction writes between two syncs.
const batchBytes = 4 << 20

// moving is a record that was copied and whose copy is not durable yet.
type moving struct {
	addr     fs.ShardAddr
	from, to entry
	t        *tail
}

// evacuate copies the live records of a segment to the log's end. It returns the
// segment's size.
func (s *Store) evacuate(h *handle, st segStat) (int64, error) {
	info, err := h.f.Stat()
	if err != nil || st.live == 0 {
		return info.Size, err
	}
	var batch []moving
	bytes := int64(0)
	buf := make([]byte, 0, 1<<20)
	sc := scanner{f: h.f, size: info.Size, gen: st.gen}
	_, _, err = sc.scan(headerLen, func(off int64, hd header) error {
		e, ok, err := s.ix.get(hd.addr)
		if err != nil {
			return err
		}
		if !ok || e.seg != h.id || e.off != off {
			return s.pace(headerLen)
		}
		m, err := s.copyRecord(h.f, hd, e, &buf)
		if err != nil {
			return err
		}
		batch = append(batch, m)
		if bytes += recordLen(hd.length); bytes >= batchBytes {
			if err := s.settle(batch); err != nil {
				return err
			}
			batch, bytes = batch[:0], 0
		}
		return s.pace(recordLen(hd.length))
	})
	if serr := s.settle(batch); err == nil {
		err = serr
	}
	return info.Size, err
}

// copyRecord appends a record as it is, rotten blocks included, under a new header.
func (s *Store) copyRecord(f disk.File, hd header, e entry, buf *[]byte) (moving, error) {
	n := recordLen(hd.length)
	if int64(cap(*buf)) < n {
		*buf = make([]byte, n)
	}
	b := (*buf)[:n]
	if _, err := f.ReadAt(b, e.off); err != nil {
		return moving{}, err
	}
	w := writers.Get()
	defer w.release()
	w.bufs = append(w.bufs[:0], w.head[:], b[headerLen:])
	t, off, err := s.log.write(context.Background(), w, &hd, halfReserve)
	if err != nil {
		return moving{}, err
	}
	to := e
	to.seg, to.off = t.id, off
	return moving{addr: hd.addr, from: e, to: to, t: t}, nil
}

// settle waits until copies are durable and points the index to them.
func (s *Store) settle(batch []moving) error {
	var first error
	for _, m := range batch {
		err := s.log.wait(m.t, m.to.off+recordLen(m.to.length))
		if err == nil {
			_, err = s.ix.move(m.addr, m.from, m.to)
		}
		s.log.indexed(m.t, m.to.off)
		if err != nil && first == nil {
			first = err
		}
	}
	return first
}

// pace keeps compaction to its rate.
func (s *Store) pace(n int64) error {
	pause := time.Duration(float64(n) / float64(s.opts.CompactRate) * float64(time.Second))
	s.debt += pause
	if s.debt < 10*time.Millisecond {
		return nil
	}
	pause, s.debt = s.debt, 0
	select {
	case <-s.closing:
		return errStopped
	case <-s.broken:
		return errStopped
	case <-time.After(pause):
		return nil
	}
}
