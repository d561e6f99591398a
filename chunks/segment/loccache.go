package segment

import (
	"sync"

	"github.com/wakefs/wakefs/fs"
)

// locSlots is the size of the cache; each slot takes about 100 bytes.
const locSlots = 2048

// locCache remembers where the shards read last are. Each address has one slot. The
// zero value is ready.
type locCache struct {
	slots [locSlots]struct {
		mu    sync.Mutex
		ver   uint32 // counts drops: what was looked up before one is not put after it
		valid bool
		addr  fs.ShardAddr
		e     entry
	}
}

func locSlot(a fs.ShardAddr) int {
	h := (uint64(a.Stripe)*31+uint64(a.PG))*31 + uint64(a.Index)
	h *= 0x9e3779b97f4a7c15
	return int(h >> 53) // 11 bits
}

// get also returns the slot's version, for put.
func (c *locCache) get(a fs.ShardAddr) (e entry, ok bool, ver uint32) {
	s := &c.slots[locSlot(a)]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.valid && s.addr == a {
		return s.e, true, s.ver
	}
	return entry{}, false, s.ver
}

// put remembers what was looked up since get, unless the slot was dropped meanwhile.
func (c *locCache) put(a fs.ShardAddr, e entry, ver uint32) {
	s := &c.slots[locSlot(a)]
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ver == ver {
		s.valid, s.addr, s.e = true, a, e
	}
}

// drop forgets an address, after it changed.
func (c *locCache) drop(a fs.ShardAddr) {
	s := &c.slots[locSlot(a)]
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ver++
	s.valid = false
}
