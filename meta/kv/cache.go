package kv

import (
	"hash/maphash"
	"sync"
)

// cache keeps values that were read or committed lately, and keys that are known to be absent: a Get from
// Pebble takes microseconds, one from here a tenth of one. Its entries are those of the newest commit.
//
// It forgets in two generations: what is used moves to the young one, and when that is half of the budget
// the old one is dropped whole. That costs no list and no clock for each entry.
type cache struct {
	seed   maphash.Seed
	shards [cacheShards]cacheShard
}

type cacheShard struct {
	mu sync.Mutex
	// changes counts the commits that touched the shard. A value that was read
	// from the database belongs here only if none did meanwhile.
	changes    uint64
	young, old map[string]cached
	size       int // bytes of young
	limit      int // bytes
}

// cached is a value, or with present false the knowledge that there is none.
type cached struct {
	val     []byte
	present bool
}

const (
	cacheShards = 16
	// maxCached keeps file contents from driving out attributes and names.
	maxCached = 1 << 10
	// entryCost is roughly what a map entry takes beside its key and value, in bytes.
	entryCost = 96
)

func newCache(size int64) *cache {
	c := &cache{seed: maphash.MakeSeed()}
	for i := range c.shards {
		c.shards[i].young = map[string]cached{}
		c.shards[i].limit = int(size / cacheShards / 2)
	}
	return c
}

func (c *cache) shard(key []byte) *cacheShard {
	return &c.shards[maphash.Bytes(c.seed, key)%cacheShards]
}

// get returns what is known of a key, or else the state that fill wants.
func (s *cacheShard) get(key []byte) (v cached, known bool, changes uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v, ok := s.young[string(key)]; ok {
		return v, true, 0
	}
	if v, ok := s.old[string(key)]; ok {
		delete(s.old, string(key))
		s.putLocked(key, v)
		return v, true, 0
	}
	return cached{}, false, s.changes
}

// fill keeps what a read found, unless a commit came between.
func (s *cacheShard) fill(key []byte, v cached, changes uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changes == changes {
		s.putLocked(key, v)
	}
}

// commit keeps what was committed.
func (s *cacheShard) commit(key []byte, v cached) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes++
	delete(s.old, string(key))
	if len(v.val) <= maxCached {
		if v.val != nil {
			v.val = append([]byte(nil), v.val...)
		}
		s.putLocked(key, v)
		return
	}
	if was, ok := s.young[string(key)]; ok {
		s.size -= entryCost + len(key) + len(was.val)
		delete(s.young, string(key))
	}
}

func (s *cacheShard) putLocked(key []byte, v cached) {
	if len(v.val) > maxCached {
		return
	}
	cost := entryCost + len(key) + len(v.val)
	if was, ok := s.young[string(key)]; ok {
		cost = len(v.val) - len(was.val)
	}
	s.young[string(key)] = v
	if s.size += cost; s.size > s.limit {
		s.old, s.young, s.size = s.young, map[string]cached{}, 0
	}
}
