package segment

import (
	"context"
	"errors"
	"io"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
)

// request is what is wanted of a shard: a part of its bytes, or a check of it all.
type request struct {
	off   int
	dst   []byte
	whole bool
}

var errRange = errors.New("beyond the shard's end")

var errMissing = errors.New("its segment file is missing")

// errMoved is internal: the record is no longer where the index said.
var errMoved = errors.New("the record has moved")

// access finds a shard and does what is requested. Compaction may move the record at
// any moment and punching may free it, so an error counts only if the index still
// says the same afterwards.
func (s *Store) access(op string, addr fs.ShardAddr, req request) (entry, error) {
	for {
		e, ok, err := s.ix.get(addr)
		if err != nil {
			return entry{}, s.indexError(err)
		}
		if !ok {
			return entry{}, notFound(op, addr)
		}
		if !req.whole && (req.off < 0 || req.off > int(e.length) || len(req.dst) > int(e.length)-req.off) {
			return entry{}, fs.E(op, fs.KindInvalid, addr.String(), errRange)
		}
		err = s.accessAt(addr, &e, req)
		if err == nil {
			return e, nil
		}
		if err = s.judge(op, addr, e, err); err != errMoved {
			return e, err
		}
	}
}

func (s *Store) accessAt(addr fs.ShardAddr, e *entry, req request) error {
	h, err := s.handles.acquire(e.seg)
	if err != nil {
		return err
	}
	defer s.handles.release(h)
	if req.whole {
		return verifyRecord(h.f, addr, e)
	}
	r := readers.Get()
	defer r.release()
	return r.read(h.f, e.off, addr, e.length, req.off, req.dst)
}

// verifyRecord checks a record's header against the index, and all its blocks.
func verifyRecord(f disk.File, addr fs.ShardAddr, e *entry) error {
	var b [headerLen]byte
	if _, err := f.ReadAt(b[:], e.off); err == io.EOF {
		return errShort
	} else if err != nil {
		return err
	}
	h, ok := decodeHeader(b[:])
	if !ok || h.addr != addr || h.length != e.length || h.kind != recordShard {
		return errRot
	}
	return verify(f, e.off, addr, e.length)
}

// judge turns an error of reading a record into that of the call: the disk is gone, or
// the record has moved, or this shard is corrupt. A sector that the disk cannot read
// and a segment that is missing are corruption too: other shards must replace it.
func (s *Store) judge(op string, addr fs.ShardAddr, e entry, cause error) error {
	if f := s.failed(); f != nil {
		return f
	}
	if gone := s.fsys.Check(); gone != nil {
		s.fail(gone)
		return s.failed()
	}
	now, ok, err := s.ix.get(addr)
	if err != nil {
		return s.indexError(err)
	}
	if !ok || now.seg != e.seg || now.off != e.off {
		return errMoved
	}
	s.markCorrupt(addr)
	if errors.Is(cause, fs.KindNotFound) {
		cause = errMissing // the shard is known, its file is not: no caller may mix them up
	}
	return fs.E(op, fs.KindCorrupt, addr.String(), cause)
}

// maxCorrupt bounds the list of corrupt shards; a disk that has more is lost anyway.
const maxCorrupt = 100_000

func (s *Store) markCorrupt(addr fs.ShardAddr) {
	s.mu.Lock()
	_, known := s.corrupt[addr]
	if !known && len(s.corrupt) < maxCorrupt {
		s.corrupt[addr] = struct{}{}
	}
	s.mu.Unlock()
	if known {
		return
	}
	s.counters.corrupt.Add(1)
	if s.opts.OnCorrupt != nil {
		s.opts.OnCorrupt(addr)
	}
}

// Corrupt lists the shards known to be corrupt, in no order: found by reads, Verify or
// when the store was opened, and neither put again nor deleted since.
func (s *Store) Corrupt() []fs.ShardAddr {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]fs.ShardAddr, 0, len(s.corrupt))
	for a := range s.corrupt {
		out = append(out, a)
	}
	return out
}

// punchMin is the length of records that are worth a hole.
const punchMin = 1 << 20

// Delete forgets shards.
func (s *Store) Delete(ctx context.Context, addrs []fs.ShardAddr) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	for _, a := range addrs {
		if err := s.throttle(ctx); err != nil {
			return err
		}
		e, had, err := s.ix.remove(a)
		if err != nil {
			return s.indexError(err)
		}
		if had {
			s.counters.deletes.Add(1)
			s.deleted(a, e)
		}
	}
	s.wake()
	return nil
}

func (s *Store) deleted(a fs.ShardAddr, e entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.corrupt, a)
	if recordLen(e.length) >= punchMin {
		s.punches = append(s.punches, punch{addr: a, e: e})
	}
}

// List lists shards in order of address.
func (s *Store) List(ctx context.Context, after fs.ShardAddr, limit int) ([]fs.ShardInfo, error) {
	if err := s.enter(ctx); err != nil {
		return nil, err
	}
	defer s.leave()
	if err := s.present(); err != nil {
		return nil, err
	}
	list, err := s.ix.list(after, limit)
	if err != nil {
		return nil, s.indexError(err)
	}
	return list, nil
}

// Stats describes the store without asking the disk.
func (s *Store) Stats() Stats {
	c := &s.counters
	st := Stats{Counters: Counters{
		Puts: c.puts.Load(), PutBytes: c.putBytes.Load(), Gets: c.gets.Load(), GetBytes: c.getBytes.Load(),
		Deletes: c.deletes.Load(), Syncs: c.syncs.Load(), Corrupt: c.corrupt.Load(),
		Compacted: c.compacted.Load(), Punched: c.punched.Load(),
	}}
	st.Shards, st.LiveBytes = s.ix.totals()
	st.Segments = s.ix.segments()
	if sp := s.space.Load(); sp != nil {
		st.Space = *sp
	}
	s.mu.Lock()
	st.Corrupt = len(s.corrupt)
	s.mu.Unlock()
	return st
}

// Probe asks the disk whether it is still there and how full it is. It may block as
// long as the disk does.
func (s *Store) Probe(ctx context.Context) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	if err := s.fsys.Check(); err != nil {
		s.fail(err)
		return s.failed()
	}
	if _, err := s.refreshSpace(); err != nil {
		return s.diskError(err)
	}
	return nil
}
