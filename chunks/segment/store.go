// Package segment is the on-disk log of shards of one chunk server.
//
// Shards are appended to segment files and never changed; FORMAT.md has the layout.
// Store is the whole of it: Put appends and returns when the record is durable,
// sharing one fdatasync among all that wait; Get reads the blocks that hold what is
// wanted by one vectored read into the caller's buffer and checks each block's CRC32C.
// A Pebble database without a log of its own is the index; what it had not flushed is
// found again in the tails of the segments. Deleted shards leave the index at once;
// their space comes back when their segment is compacted, or by punching a hole.
//
// Invariants:
//   - a record is indexed only when it is durable
//   - the index says, in the same batch as its entries, how far each segment is covered
//   - a segment is removed only when the index without it is durable
//   - after an error of a sync nothing is appended to that segment any more
//   - once the disk was seen to be gone, every call answers KindUnavailable
//
// Lock order: Store.life, Store.tending, appendLog.mu, index.applyMu, index.mu, and then those of
// handles, cache slots and Store.mu, under which no other is taken.
package segment

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
)

var errClosed = fs.Errorf("shard store", fs.KindUnavailable, "", "the store is closed")

// Store keeps shards in segments on a disk. All methods may be called concurrently;
// those that answer for shards keep to the contract of fs.ShardStore.
type Store struct {
	fsys disk.FS // immutable
	opts Options // immutable
	uuid [16]byte
	lock io.Closer

	handles *handles
	log     *appendLog
	ix      *index

	life    sync.RWMutex // held for reading by every call, for writing by Close
	closing chan struct{}
	failure atomic.Pointer[failure]
	broken  chan struct{} // closed at the first failure

	found     []suspect   // by Open
	indexFull atomic.Bool // the index's latest flush found no space

	abandoned chan struct{} // closed when the index's work was given up
	givenUp   sync.Once
	wakeup    chan struct{}
	done      sync.WaitGroup // the maintainer
	checked   atomic.Int64   // when the disk was last seen to be there, ns
	space     atomic.Pointer[disk.Space]
	counters  counters

	tending sync.Mutex    // held while space is given back
	debt    time.Duration // of compaction to its rate; guarded by tending

	mu       sync.Mutex
	inflight map[fs.ShardAddr]chan struct{} // Puts under way; closed at their end, nil if nobody waits
	corrupt  map[fs.ShardAddr]struct{}
	punches  []punch // bodies of deleted records, to be punched after the next flush
	stuck    map[uint32]struct{}
	unsaved  int64 // bytes written since the last flush
}

type failure struct{ err error }

type counters struct {
	puts, putBytes, gets, getBytes, deletes atomic.Int64
	syncs, corrupt, compacted, punched      atomic.Int64
}

// Counters are totals since the store was opened.
type Counters struct {
	Puts, PutBytes int64 // stored shards and their bytes
	Gets, GetBytes int64 // reads and their bytes
	Deletes        int64
	Syncs          int64 // fdatasyncs of segments
	Corrupt        int64 // shards found corrupt
	Compacted      int64 // bytes given back by compaction
	Punched        int64 // bytes given back by punching holes
}

// Stats describe a store.
type Stats struct {
	Counters
	Shards    int64      // live shards
	LiveBytes int64      // bytes of their records
	Segments  int        // segment files
	Space     disk.Space // as last seen; Free without the reserve
	Corrupt   int        // shards known to be corrupt
}

// UUID is the server's, made when the disk was formatted.
func (s *Store) UUID() string { return formatUUID(s.uuid) }

// Failed is why the store takes no more requests, or nil.
func (s *Store) Failed() error { return s.failed() }

func (s *Store) failed() error {
	if f := s.failure.Load(); f != nil {
		return f.err
	}
	return nil
}

// fail ends the store's service for good.
func (s *Store) fail(err error) {
	f := &failure{fs.E("shard store", fs.KindUnavailable, "", err)}
	if s.failure.CompareAndSwap(nil, f) {
		s.opts.Logger.Error("chunk server failed", "uuid", s.UUID(), "err", err)
		close(s.broken)
	}
}

// enter begins a call; the caller must leave if there is no error.
func (s *Store) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return gaveUp(err)
	}
	s.life.RLock()
	select {
	case <-s.closing:
		s.life.RUnlock()
		return errClosed
	default:
	}
	if err := s.failed(); err != nil {
		s.life.RUnlock()
		return err
	}
	return nil
}

func (s *Store) leave() { s.life.RUnlock() }

// checkInterval is how long a read may trust that the disk is still there.
const checkInterval = int64(500 * time.Millisecond)

// present checks now and then that the disk has not vanished under open files.
func (s *Store) present() error {
	now := time.Now().UnixNano()
	last := s.checked.Load()
	if now-last < checkInterval || !s.checked.CompareAndSwap(last, now) {
		return nil
	}
	if err := s.fsys.Check(); err != nil {
		s.fail(err)
		return s.failed()
	}
	return nil
}

// diskError judges an error of the disk: if the disk is gone, the store has failed.
func (s *Store) diskError(err error) error {
	if f := s.failed(); f != nil {
		return f
	}
	if errors.Is(err, fs.KindNoSpace) || err == errClosed {
		return err
	}
	if gone := s.fsys.Check(); gone != nil {
		s.fail(gone)
		return s.failed()
	}
	return err
}

// indexError judges an error of the index, without which nothing can be served.
func (s *Store) indexError(err error) error {
	s.fail(errors.Join(errors.New("the index cannot be used"), err))
	return s.failed()
}

// spaceFor is KindNoSpace if n more bytes would cut into the reserve, or into a part of
// it.
func (s *Store) spaceFor(n int64, part uint64) error {
	sp, err := s.refreshSpace()
	if err != nil {
		return err
	}
	reserve := s.reserve(sp.Total) / part
	if int64(sp.Free) < n+int64(reserve) {
		return fs.Errorf("shard store", fs.KindNoSpace, "", "%d bytes free, of which %d are the reserve", sp.Free, reserve)
	}
	return nil
}

// refreshSpace asks the disk how full it is, and keeps that for Stats, there without
// the reserve.
func (s *Store) refreshSpace() (disk.Space, error) {
	sp, err := s.fsys.Space()
	if err != nil {
		return sp, err
	}
	usable := sp
	usable.Free -= min(sp.Free, s.reserve(sp.Total))
	s.space.Store(&usable)
	return sp, nil
}

func (s *Store) reserve(total uint64) uint64 {
	switch r := s.opts.Reserve; {
	case r > 0:
		return uint64(r)
	case r < 0:
		return 0
	}
	return min(128<<20, total/50)
}

func (s *Store) random64() (uint64, error) {
	var b [8]byte
	if _, err := io.ReadFull(s.opts.Random, b[:]); err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint64(b[:]), nil
}

// gaveUp is the error of a call whose caller no longer waits: KindCanceled or
// KindTimeout.
func gaveUp(err error) error { return fs.E("shard store", fs.KindOf(err), "", err) }

func notFound(op string, a fs.ShardAddr) error { return fs.E(op, fs.KindNotFound, a.String(), nil) }

// Put stores a shard durably.
func (s *Store) Put(ctx context.Context, addr fs.ShardAddr, owner fs.Owner, data []byte) error {
	if len(data) > fs.MaxStripe {
		return fs.Errorf("put shard", fs.KindInvalid, addr.String(), "%d bytes, at most %d", len(data), fs.MaxStripe)
	}
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	if err := s.begin(ctx, addr); err != nil {
		return err
	}
	defer s.end(addr)
	_, had, err := s.ix.get(addr)
	if err != nil {
		return s.indexError(err)
	}
	if had {
		_, err := s.access("put shard", addr, request{whole: true})
		if err == nil || !errors.Is(err, fs.KindCorrupt) {
			return err
		}
	}
	return s.put(ctx, addr, owner, data, had)
}

func (s *Store) put(ctx context.Context, addr fs.ShardAddr, owner fs.Owner, data []byte, replace bool) error {
	if err := s.throttle(ctx); err != nil {
		return err
	}
	w := writers.Get()
	defer w.release()
	w.prepare(addr, data)
	h := header{kind: recordShard, addr: addr, length: uint32(len(data)), owner: owner, written: s.opts.Now()}
	t, off, err := s.log.append(ctx, w, &h)
	if err != nil {
		return err
	}
	e := entry{seg: t.id, off: off, length: h.length, owner: owner, written: h.written}
	if replace {
		_, _, err = s.ix.replace(addr, e)
	} else {
		s.ix.add(addr, e)
	}
	s.log.indexed(t, off)
	if err != nil {
		return s.indexError(err)
	}
	s.counters.puts.Add(1)
	s.counters.putBytes.Add(int64(len(data)))
	s.saved(addr, recordLen(h.length))
	return nil
}

// begin makes this the only Put of the address.
func (s *Store) begin(ctx context.Context, addr fs.ShardAddr) error {
	for {
		s.mu.Lock()
		other, racing := s.inflight[addr]
		if !racing {
			s.inflight[addr] = nil
			s.mu.Unlock()
			return nil
		}
		if other == nil {
			other = make(chan struct{})
			s.inflight[addr] = other
		}
		s.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return gaveUp(ctx.Err())
		}
	}
}

func (s *Store) end(addr fs.ShardAddr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if waited := s.inflight[addr]; waited != nil {
		close(waited)
	}
	delete(s.inflight, addr)
}

// saved accounts for a new record and lets the maintainer know when there is enough.
func (s *Store) saved(addr fs.ShardAddr, n int64) {
	s.mu.Lock()
	was := s.unsaved
	s.unsaved += n
	delete(s.corrupt, addr)
	due := was == 0 || (was < s.opts.FlushBytes && s.unsaved >= s.opts.FlushBytes)
	s.mu.Unlock()
	if due {
		s.wake()
	}
}

// Get reads a part of a shard into dst.
func (s *Store) Get(ctx context.Context, addr fs.ShardAddr, off int, dst []byte) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.leave()
	if err := s.present(); err != nil {
		return err
	}
	_, err := s.access("get shard", addr, request{off: off, dst: dst})
	if err != nil {
		return err
	}
	s.counters.gets.Add(1)
	s.counters.getBytes.Add(int64(len(dst)))
	return nil
}

// Verify reads a whole shard and checks it and its header.
func (s *Store) Verify(ctx context.Context, addr fs.ShardAddr) (fs.ShardInfo, error) {
	if err := s.enter(ctx); err != nil {
		return fs.ShardInfo{}, err
	}
	defer s.leave()
	if err := s.present(); err != nil {
		return fs.ShardInfo{}, err
	}
	e, err := s.access("verify shard", addr, request{whole: true})
	return e.info(addr), err
}
