package segment

import (
	"encoding/binary"
	"errors"
	"maps"
	"sync"

	"github.com/cockroachdb/pebble/v2"

	"github.com/wakefs/wakefs/fs"
)

// entry is what the index knows of a shard.
type entry struct {
	seg     uint32
	off     int64 // of the record in the segment
	length  uint32
	owner   fs.Owner
	written int64
}

func (e *entry) info(a fs.ShardAddr) fs.ShardInfo {
	return fs.ShardInfo{Addr: a, Len: e.length, Owner: e.owner, Written: e.written}
}

// change is an entry that Pebble does not have yet, or its removal.
type change struct {
	entry
	gone bool
}

// segStat is what the index knows of a segment.
type segStat struct {
	gen    uint64
	pos    int64 // records before it are in the index, or have left it
	used   int64 // bytes of records, dead and live; the file header not counted
	live   int64 // bytes of live records
	shards int64 // live records
}

// index finds shards. Changes are taken in memory and written to Pebble in batches,
// whose log is off: the segments are the log. Each batch also says how far each
// segment is covered, so what a crash loses is found again in the segments' tails.
//
// Lock order: applyMu before mu; a cache slot's lock is innermost.
type index struct {
	db    *pebble.DB       // immutable
	bound func() positions // how far the segments being written are covered; immutable
	cache locCache

	applyMu sync.Mutex // held while a batch is written

	mu       sync.RWMutex
	dirty    map[fs.ShardAddr]change
	applying map[fs.ShardAddr]change // being written by apply; read only
	stats    map[uint32]*segStat
	touched  map[uint32]struct{} // segments whose stats changed since the last batch
	removed  []uint32            // segments to forget with the next batch
	shards   int64               // live shards
}

// positions are the bounds of the segments being written: all records before are
// indexed.
type positions map[uint32]int64

func newIndex(db *pebble.DB, bound func() positions) *index {
	return &index{
		db: db, bound: bound,
		dirty: make(map[fs.ShardAddr]change), stats: make(map[uint32]*segStat), touched: make(map[uint32]struct{}),
	}
}

// Keys: 's' + address → entry; 'g' + segment → segStat.
const (
	shardPrefix = 's'
	segPrefix   = 'g'
	shardKeyLen = 14
)

func shardKey(b []byte, a fs.ShardAddr) []byte {
	b = append(b, shardPrefix)
	b = binary.BigEndian.AppendUint32(b, uint32(a.PG))
	b = binary.BigEndian.AppendUint64(b, uint64(a.Stripe))
	return append(b, a.Index)
}

func decodeShardKey(k []byte) (fs.ShardAddr, bool) {
	if len(k) != shardKeyLen || k[0] != shardPrefix {
		return fs.ShardAddr{}, false
	}
	return fs.ShardAddr{
		PG:     fs.PGID(binary.BigEndian.Uint32(k[1:])),
		Stripe: fs.StripeID(binary.BigEndian.Uint64(k[5:])),
		Index:  k[13],
	}, true
}

func segKey(b []byte, id uint32) []byte {
	return binary.BigEndian.AppendUint32(append(b, segPrefix), id)
}

func (e *entry) append(b []byte) []byte {
	b = fs.AppendUint(b, e.seg)
	b = fs.AppendUint(b, uint64(e.off/align))
	b = fs.AppendUint(b, e.length)
	b = fs.AppendUint(b, e.owner.Ino)
	b = fs.AppendInt(b, e.owner.Off)
	return fs.AppendInt(b, e.written)
}

func decodeEntry(b []byte) (entry, error) {
	d := fs.Decoder{B: b}
	e := entry{seg: d.Uint32(), off: int64(d.Uint() * align), length: d.Uint32()}
	e.owner = fs.Owner{Ino: fs.Ino(d.Uint()), Off: d.Int()}
	e.written = d.Int()
	return e, d.Err
}

func (s *segStat) append(b []byte) []byte {
	b = fs.AppendUint(b, s.gen)
	for _, v := range []int64{s.pos, s.used, s.live, s.shards} {
		b = fs.AppendInt(b, v)
	}
	return b
}

func decodeStat(b []byte) (segStat, error) {
	d := fs.Decoder{B: b}
	s := segStat{gen: d.Uint(), pos: d.Int(), used: d.Int(), live: d.Int(), shards: d.Int()}
	return s, d.Err
}

// load reads the segments' stats.
func (ix *index) load() error {
	it, err := ix.db.NewIter(&pebble.IterOptions{LowerBound: []byte{segPrefix}, UpperBound: []byte{segPrefix + 1}})
	if err != nil {
		return err
	}
	for it.First(); it.Valid(); it.Next() {
		s, err := decodeStat(it.Value())
		if k := it.Key(); err == nil && len(k) == 5 {
			ix.stats[binary.BigEndian.Uint32(k[1:])] = &s
			ix.shards += s.shards
		}
	}
	return it.Close()
}

// get finds a shard.
func (ix *index) get(a fs.ShardAddr) (e entry, ok bool, err error) {
	e, ok, ver := ix.cache.get(a)
	if ok {
		return e, true, nil
	}
	ix.mu.RLock()
	c, known := ix.dirty[a]
	if !known {
		c, known = ix.applying[a]
	}
	ix.mu.RUnlock()
	if known {
		e, ok = c.entry, !c.gone
	} else if e, ok, err = ix.getStored(a); err != nil {
		return entry{}, false, err
	}
	if ok {
		ix.cache.put(a, e, ver)
	}
	return e, ok, nil
}

func (ix *index) getStored(a fs.ShardAddr) (entry, bool, error) {
	var kb [shardKeyLen]byte
	v, closer, err := ix.db.Get(shardKey(kb[:0], a))
	if errors.Is(err, pebble.ErrNotFound) {
		return entry{}, false, nil
	}
	if err != nil {
		return entry{}, false, err
	}
	e, err := decodeEntry(v)
	if cerr := closer.Close(); err == nil {
		err = cerr
	}
	return e, err == nil, err
}

// getLocked is get with mu held: what it says stays true until mu is released.
func (ix *index) getLocked(a fs.ShardAddr) (entry, bool, error) {
	c, known := ix.dirty[a]
	if !known {
		c, known = ix.applying[a]
	}
	if known {
		return c.entry, !c.gone, nil
	}
	return ix.getStored(a)
}

// add puts a shard that get did not find; the caller makes sure that nobody else puts
// the same one.
func (ix *index) add(a fs.ShardAddr, e entry) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.putLocked(a, e)
}

// replace puts a shard whether or not there is one, and returns the old one.
func (ix *index) replace(a fs.ShardAddr, e entry) (old entry, had bool, err error) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if old, had, err = ix.getLocked(a); err != nil {
		return entry{}, false, err
	}
	if had {
		ix.uncountLocked(old)
	}
	ix.putLocked(a, e)
	return old, had, nil
}

// move puts a shard elsewhere if it is still where it was.
func (ix *index) move(a fs.ShardAddr, from, to entry) (moved bool, err error) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	now, ok, err := ix.getLocked(a)
	if err != nil || !ok || now.seg != from.seg || now.off != from.off {
		return false, err
	}
	ix.uncountLocked(now)
	ix.putLocked(a, to)
	return true, nil
}

// remove forgets a shard and returns it.
func (ix *index) remove(a fs.ShardAddr) (old entry, had bool, err error) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if old, had, err = ix.getLocked(a); err != nil || !had {
		return entry{}, false, err
	}
	ix.uncountLocked(old)
	ix.dirty[a] = change{gone: true}
	ix.cache.drop(a)
	return old, true, nil
}

func (ix *index) putLocked(a fs.ShardAddr, e entry) {
	s := ix.statLocked(e.seg)
	s.live += recordLen(e.length)
	s.shards++
	ix.shards++
	ix.dirty[a] = change{entry: e}
	ix.cache.drop(a)
}

func (ix *index) uncountLocked(e entry) {
	s := ix.statLocked(e.seg)
	s.live -= recordLen(e.length)
	s.shards--
	ix.shards--
}

func (ix *index) statLocked(id uint32) *segStat {
	s := ix.stats[id]
	if s == nil {
		s = &segStat{}
		ix.stats[id] = s
	}
	ix.touched[id] = struct{}{}
	return s
}

// setStat changes a segment's stat.
func (ix *index) setStat(id uint32, f func(*segStat)) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	f(ix.statLocked(id))
}

// forget drops a segment's stat.
func (ix *index) forget(id uint32) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	delete(ix.stats, id)
	delete(ix.touched, id)
	ix.removed = append(ix.removed, id)
}

// pending is how many changes wait to be written.
func (ix *index) pending() int {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return len(ix.dirty) + len(ix.applying)
}

// apply writes all changes so far to Pebble, which keeps them in memory until its
// next flush. An error leaves them readable, and the index must not be used to
// acknowledge anything more.
func (ix *index) apply() error {
	ix.applyMu.Lock()
	defer ix.applyMu.Unlock()
	// The bounds first: a record before them is in dirty by now, or was applied.
	bounds := ix.bound()

	ix.mu.Lock()
	for id, pos := range bounds {
		if s := ix.stats[id]; s != nil && s.pos != pos {
			s.pos = pos
			ix.touched[id] = struct{}{}
		}
	}
	if len(ix.dirty) == 0 && len(ix.touched) == 0 && len(ix.removed) == 0 {
		ix.mu.Unlock()
		return nil
	}
	if ix.applying != nil { // left by an apply that failed
		maps.Copy(ix.applying, ix.dirty)
	} else {
		ix.applying = ix.dirty
	}
	ix.dirty = make(map[fs.ShardAddr]change)
	batch := ix.db.NewBatch()
	defer batch.Close()
	err := ix.statsToBatchLocked(batch)
	changes := ix.applying
	ix.mu.Unlock()

	for a, c := range changes {
		if err != nil {
			return err
		}
		err = c.toBatch(batch, a)
	}
	if err == nil {
		err = batch.Commit(pebble.NoSync)
	}
	if err != nil {
		return err
	}
	ix.mu.Lock()
	ix.applying = nil
	ix.mu.Unlock()
	return nil
}

func (c *change) toBatch(batch *pebble.Batch, a fs.ShardAddr) error {
	var kb [shardKeyLen]byte
	key := shardKey(kb[:0], a)
	if c.gone {
		return batch.Delete(key, nil)
	}
	var vb [64]byte
	return batch.Set(key, c.append(vb[:0]), nil)
}

func (ix *index) statsToBatchLocked(batch *pebble.Batch) error {
	var kb [5]byte
	var vb [64]byte
	for _, id := range ix.removed {
		if err := batch.Delete(segKey(kb[:0], id), nil); err != nil {
			return err
		}
	}
	for id := range ix.touched {
		if err := batch.Set(segKey(kb[:0], id), ix.stats[id].append(vb[:0]), nil); err != nil {
			return err
		}
	}
	ix.removed = nil
	clear(ix.touched)
	return nil
}

// list returns up to limit shards after an address, in order, as of the call's start.
func (ix *index) list(after fs.ShardAddr, limit int) ([]fs.ShardInfo, error) {
	if err := ix.apply(); err != nil {
		return nil, err
	}
	var kb [shardKeyLen + 1]byte
	lower := append(shardKey(kb[:0], after), 0) // the first key after it
	it, err := ix.db.NewIter(&pebble.IterOptions{LowerBound: lower, UpperBound: []byte{shardPrefix + 1}})
	if err != nil {
		return nil, err
	}
	var out []fs.ShardInfo
	for it.First(); it.Valid() && len(out) < limit; it.Next() {
		a, ok := decodeShardKey(it.Key())
		e, err := decodeEntry(it.Value())
		if err != nil || !ok {
			it.Close()
			return nil, errors.Join(errors.New("index entry cannot be read"), err)
		}
		out = append(out, e.info(a))
	}
	return out, it.Close()
}

// totals are the live shards and the bytes of their records.
func (ix *index) totals() (shards, bytes int64) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	for _, s := range ix.stats {
		bytes += s.live
	}
	return ix.shards, bytes
}

// segments is how many segments there are.
func (ix *index) segments() int {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return len(ix.stats)
}

// stat is a copy of a segment's stat.
func (ix *index) stat(id uint32) (segStat, bool) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if s := ix.stats[id]; s != nil {
		return *s, true
	}
	return segStat{}, false
}

// usage is how much of a segment is live.
type usage struct {
	id    uint32
	share float64 // of its bytes, 0..1
}

func (ix *index) usage() []usage {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	out := make([]usage, 0, len(ix.stats))
	for id, s := range ix.stats {
		u := usage{id: id}
		if s.used > 0 {
			u.share = float64(s.live) / float64(s.used)
		}
		out = append(out, u)
	}
	return out
}
