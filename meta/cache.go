package meta

import (
	"hash/maphash"
	"sync"

	"github.com/wakefs/wakefs/meta/kv"
)

// cache is a kv.Reader that remembers values, and absences, of an applied state's hot keys: a lookup in
// the store costs ten microseconds, one here a tenth of one. Scans pass through.
//
// Coherence: nobody may read a key here while a commit that writes it is on its way, and each change is
// told by note; so a value that was read from the store is still true when it is remembered. See
// Node.commitApplied.
type cache struct {
	store  kv.Reader
	seed   maphash.Seed
	shards [cacheShards]cacheShard
}

const cacheShards = 16

// cacheShard evicts by the clock rule: a slot that was used since the hand came by stays once more.
type cacheShard struct {
	mu    sync.Mutex
	index map[string]int32 // key → slot
	slots []cacheSlot
	hand  int
	bytes int // of keys and values
	limit int // bytes
}

type cacheSlot struct {
	key  string
	val  []byte
	ok   bool // false: the store has no such key
	used bool
}

// slotOverhead is roughly the memory of a slot besides its key and value.
const slotOverhead = 96

// maxCached is the longest value worth remembering, in bytes.
const maxCached = 4 << 10

func newCache(store kv.Reader, bytes int) *cache {
	c := &cache{store: store, seed: maphash.MakeSeed()}
	for i := range c.shards {
		c.shards[i] = cacheShard{index: map[string]int32{}, limit: bytes / cacheShards}
	}
	return c
}

func (c *cache) shard(key []byte) *cacheShard {
	return &c.shards[maphash.Bytes(c.seed, key)%cacheShards]
}

// Get implements kv.Reader.
func (c *cache) Get(key []byte) ([]byte, bool, error) {
	s := c.shard(key)
	s.mu.Lock()
	if i, hit := s.index[string(key)]; hit {
		slot := &s.slots[i]
		slot.used = true
		val, ok := slot.val, slot.ok
		s.mu.Unlock()
		return val, ok, nil
	}
	s.mu.Unlock()
	val, ok, err := c.store.Get(key)
	if err == nil && len(val) <= maxCached {
		s.mu.Lock()
		s.put(key, val, ok)
		s.mu.Unlock()
	}
	return val, ok, err
}

// Scan implements kv.Reader.
func (c *cache) Scan(lo, hi []byte, reverse bool, fn func(k, v []byte) bool) error {
	return c.store.Scan(lo, hi, reverse, fn)
}

// note tells of a change of the store. What was just written is likely to be read. The
// key and value are copied.
func (c *cache) note(key, val []byte, deleted bool) {
	s := c.shard(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(val) > maxCached {
		if i, hit := s.index[string(key)]; hit {
			s.remove(int(i))
		}
		return
	}
	s.put(key, append([]byte(nil), val...), !deleted)
}

// reset forgets everything.
func (c *cache) reset(store kv.Reader) {
	c.store = store
	for i := range c.shards {
		s := &c.shards[i]
		s.mu.Lock()
		clear(s.index)
		s.slots, s.hand, s.bytes = nil, 0, 0
		s.mu.Unlock()
	}
}

func (s *cacheShard) put(key, val []byte, ok bool) {
	if i, hit := s.index[string(key)]; hit {
		slot := &s.slots[i]
		s.bytes += len(val) - len(slot.val)
		slot.val, slot.ok = val, ok
		return
	}
	size := len(key) + len(val) + slotOverhead
	if size > s.limit {
		return
	}
	for s.bytes+size > s.limit {
		s.evict()
	}
	s.bytes += size
	slot := cacheSlot{key: string(key), val: val, ok: ok}
	s.index[slot.key] = int32(len(s.slots))
	s.slots = append(s.slots, slot)
}

func (s *cacheShard) evict() {
	for {
		if s.hand >= len(s.slots) {
			s.hand = 0
		}
		if slot := &s.slots[s.hand]; slot.used {
			slot.used = false
			s.hand++
			continue
		}
		s.remove(s.hand)
		return
	}
}

// remove takes out a slot; the last one moves into its place.
func (s *cacheShard) remove(i int) {
	slot := &s.slots[i]
	s.bytes -= len(slot.key) + len(slot.val) + slotOverhead
	delete(s.index, slot.key)
	last := len(s.slots) - 1
	if i != last {
		s.slots[i] = s.slots[last]
		s.index[s.slots[i].key] = int32(i)
	}
	s.slots[last] = cacheSlot{}
	s.slots = s.slots[:last]
}
