package chunks

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// Op names a method of fs.ShardStore, for a fault of Mem to match.
type Op string

// The methods.
const (
	OpPut    Op = "put"
	OpGet    Op = "get"
	OpDelete Op = "delete"
	OpList   Op = "list"
	OpVerify Op = "verify"
	OpStatus Op = "status"
)

// Mem is a chunk server in memory, the twin of Server for other packages' tests. Its
// shards can be lost or corrupted, and its calls made to fail or wait.
type Mem struct {
	id fs.ServerID // immutable

	mu       sync.Mutex
	shards   map[fs.ShardAddr]*memShard
	used     int64
	capacity int64
	failed   error
	fault    func(op Op, addr fs.ShardAddr) error
	delay    time.Duration
	calls    map[Op]int
}

type memShard struct {
	info    fs.ShardInfo
	data    []byte
	corrupt bool
}

var _ fs.ShardStore = (*Mem)(nil)

// NewMem returns an empty server with a capacity of 1 TiB.
func NewMem(id fs.ServerID) *Mem {
	return &Mem{id: id, shards: make(map[fs.ShardAddr]*memShard), capacity: 1 << 40, calls: make(map[Op]int)}
}

// Fail makes every call fail with KindUnavailable because of err; nil heals.
func (m *Mem) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failed = err
}

// SetFault has f called before every call, without a lock held; an error of f is the
// call's. addr is zero for List and Status, and each in turn for Delete. f may block.
func (m *Mem) SetFault(f func(op Op, addr fs.ShardAddr) error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fault = f
}

// SetDelay makes every call but Status take that long at least.
func (m *Mem) SetDelay(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.delay = d
}

// SetCapacity sets the bytes that fit; Puts beyond get KindNoSpace.
func (m *Mem) SetCapacity(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.capacity = n
}

// Corrupt makes a shard fail its checksums until it is put again. False if there is
// none.
func (m *Mem) Corrupt(addr fs.ShardAddr) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.shards[addr]
	if s != nil {
		s.corrupt = true
	}
	return s != nil
}

// Lose drops a shard as if it had never been put. False if there is none.
func (m *Mem) Lose(addr fs.ShardAddr) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.dropLocked(addr)
}

// LoseAll drops all shards.
func (m *Mem) LoseAll() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.shards)
	m.used = 0
}

// Len is the number of shards.
func (m *Mem) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.shards)
}

// Calls counts the calls of a method so far.
func (m *Mem) Calls(op Op) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls[op]
}

func (m *Mem) dropLocked(addr fs.ShardAddr) bool {
	s := m.shards[addr]
	if s == nil {
		return false
	}
	m.used -= int64(len(s.data))
	delete(m.shards, addr)
	return true
}

// enter counts the call and lets it suffer what was asked for.
func (m *Mem) enter(ctx context.Context, op Op, addr fs.ShardAddr) error {
	m.mu.Lock()
	m.calls[op]++
	fault, delay := m.fault, m.delay
	m.mu.Unlock()
	if op != OpStatus && !sleep(ctx, delay) {
		return ctx.Err()
	}
	if fault != nil {
		if err := fault(op, addr); err != nil {
			return err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.failed != nil && op != OpStatus {
		return fs.E(string(op)+" shard", fs.KindUnavailable, addr.String(), m.failed)
	}
	return ctx.Err()
}

// Put implements fs.ShardStore.
func (m *Mem) Put(ctx context.Context, addr fs.ShardAddr, owner fs.Owner, data []byte) error {
	if len(data) > fs.MaxStripe {
		return fs.Errorf("put shard", fs.KindInvalid, addr.String(), "%d bytes, at most %d", len(data), fs.MaxStripe)
	}
	if err := m.enter(ctx, OpPut, addr); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := m.shards[addr]; s != nil {
		if !s.corrupt {
			return nil
		}
		m.dropLocked(addr)
	}
	if m.used+int64(len(data)) > m.capacity {
		return fs.E("put shard", fs.KindNoSpace, addr.String(), nil)
	}
	m.used += int64(len(data))
	m.shards[addr] = &memShard{
		info: fs.ShardInfo{Addr: addr, Len: uint32(len(data)), Owner: owner, Written: time.Now().UnixNano()},
		data: slices.Clone(data),
	}
	return nil
}

// find returns a whole shard.
func (m *Mem) findLocked(op string, addr fs.ShardAddr) (*memShard, error) {
	s := m.shards[addr]
	switch {
	case s == nil:
		return nil, fs.E(op, fs.KindNotFound, addr.String(), nil)
	case s.corrupt:
		return s, fs.E(op, fs.KindCorrupt, addr.String(), errors.New("made corrupt by the test"))
	}
	return s, nil
}

// Get implements fs.ShardStore.
func (m *Mem) Get(ctx context.Context, addr fs.ShardAddr, off int, dst []byte) error {
	if err := m.enter(ctx, OpGet, addr); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s, err := m.findLocked("get shard", addr)
	if s != nil && (off < 0 || off > len(s.data) || len(dst) > len(s.data)-off) {
		return fs.Errorf("get shard", fs.KindInvalid, addr.String(), "beyond the shard's end")
	}
	if err != nil {
		return err
	}
	copy(dst, s.data[off:])
	return nil
}

// Delete implements fs.ShardStore.
func (m *Mem) Delete(ctx context.Context, addrs []fs.ShardAddr) error {
	for _, a := range addrs {
		if err := m.enter(ctx, OpDelete, a); err != nil {
			return err
		}
		m.Lose(a)
	}
	return ctx.Err()
}

// List implements fs.ShardStore.
func (m *Mem) List(ctx context.Context, after fs.ShardAddr, limit int) ([]fs.ShardInfo, error) {
	if err := m.enter(ctx, OpList, fs.ShardAddr{}); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []fs.ShardInfo
	for a, s := range m.shards {
		if a.Compare(after) > 0 {
			out = append(out, s.info)
		}
	}
	slices.SortFunc(out, func(a, b fs.ShardInfo) int { return a.Addr.Compare(b.Addr) })
	return out[:min(len(out), max(0, limit))], nil
}

// Verify implements fs.ShardStore.
func (m *Mem) Verify(ctx context.Context, addr fs.ShardAddr) (fs.ShardInfo, error) {
	if err := m.enter(ctx, OpVerify, addr); err != nil {
		return fs.ShardInfo{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s, err := m.findLocked("verify shard", addr)
	if s == nil {
		return fs.ShardInfo{}, err
	}
	return s.info, err
}

// Status implements fs.ShardStore.
func (m *Mem) Status(ctx context.Context) (fs.ServerStatus, error) {
	if err := m.enter(ctx, OpStatus, fs.ShardAddr{}); err != nil {
		return fs.ServerStatus{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	st := fs.ServerStatus{
		ID: m.id, Capacity: uint64(m.capacity), Free: uint64(max(0, m.capacity-m.used)),
		Shards: uint64(len(m.shards)), LiveBytes: uint64(m.used), CPUIdle: 1,
	}
	if m.failed != nil {
		st.Failed, st.Free = m.failed.Error(), 0
	}
	return st, nil
}
