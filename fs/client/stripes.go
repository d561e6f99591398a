package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/wakefs/wakefs/chunks/conscience"
	"github.com/wakefs/wakefs/chunks/ec"
	"github.com/wakefs/wakefs/fs"
)

// Stripes places, stores, reads and rebuilds stripes. It is safe for concurrent use;
// one serves all Clients of a process.
type Stripes struct {
	maintenance fs.Maintenance
	servers     fs.Servers

	// Degraded is called with each stripe that a read or a write found to have shards that are
	// missing or rotten. It must not block. Set before use; may be nil.
	Degraded func(fs.StripeID)

	mu struct {
		sync.Mutex
		m      fs.ClusterMap
		byID   map[fs.PGID]fs.PG
		load   map[fs.PGID]int64 // bytes in flight
		loaded bool
		rng    *rand.Rand
	}
}

// NewStripes returns Stripes over the cluster that m tells of.
func NewStripes(m fs.Maintenance, servers fs.Servers, seed uint64) *Stripes {
	s := &Stripes{maintenance: m, servers: servers}
	s.mu.load = make(map[fs.PGID]int64)
	s.mu.rng = rand.New(rand.NewPCG(seed, 0))
	return s
}

// writeTries is how many placement groups a stripe is tried on, and writeWait the pause
// before each further one, in which the leader may form groups of the servers left.
const (
	writeTries = 8
	writeWait  = 50 * time.Millisecond
)

// Refresh fetches the cluster map.
func (s *Stripes) Refresh(ctx context.Context) error {
	m, err := s.maintenance.ClusterMap(ctx)
	if err != nil {
		return err
	}
	s.Learn(m)
	return nil
}

// Learn takes over a cluster map, if it is not older than the one known.
func (s *Stripes) Learn(m fs.ClusterMap) {
	byID := make(map[fs.PGID]fs.PG, len(m.PGs))
	for _, pg := range m.PGs {
		byID[pg.ID] = pg
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mu.loaded && m.Index < s.mu.m.Index {
		return
	}
	s.mu.m, s.mu.byID, s.mu.loaded = m, byID, true
}

// group returns a placement group, fetching the map if it is not known.
func (s *Stripes) group(ctx context.Context, id fs.PGID) (fs.PG, error) {
	for range 2 {
		s.mu.Lock()
		pg, ok := s.mu.byID[id]
		s.mu.Unlock()
		if ok {
			return pg, nil
		}
		if err := s.Refresh(ctx); err != nil {
			return fs.PG{}, err
		}
	}
	return fs.PG{}, fs.Errorf("placement group", fs.KindUnavailable, "", "placement group %d is unknown", id)
}

// pick chooses a writable group for n bytes that has none of the avoided servers, and counts
// them as in flight until done is called.
func (s *Stripes) pick(n int, avoid map[fs.ServerID]bool) (pg fs.PG, done func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	pgs := s.mu.m.PGs
	if len(avoid) > 0 {
		pgs = nil
		for _, pg := range s.mu.m.PGs {
			if !anyOf(pg.Members, avoid) {
				pgs = append(pgs, pg)
			}
		}
	}
	i := conscience.PickPG(pgs, func(id fs.PGID) int64 { return s.mu.load[id] }, s.mu.rng)
	if i < 0 {
		return fs.PG{}, nil, false
	}
	pg = pgs[i]
	s.mu.load[pg.ID] += int64(n)
	return pg, func() {
		s.mu.Lock()
		s.mu.load[pg.ID] -= int64(n)
		s.mu.Unlock()
	}, true
}

func anyOf(ids []fs.ServerID, set map[fs.ServerID]bool) bool {
	for _, id := range ids {
		if set[id] {
			return true
		}
	}
	return false
}

// Write stores data, 1 to fs.MaxStripe bytes, as stripe id, and returns its record for a Commit. All
// shards are durable when it returns, or at least K+1 with the others in Missing. The bytes behind
// data up to its capacity are scratch; data must not change until the return. A group that fails is
// given up for another one. Errors: KindUnavailable when no group can be written, KindNoSpace.
func (s *Stripes) Write(ctx context.Context, id fs.StripeID, owner fs.Owner, data []byte) (fs.Stripe, error) {
	var avoid map[fs.ServerID]bool
	var last error
	for try := range writeTries {
		if try > 0 {
			if err := sleep(ctx, writeWait); err != nil {
				return fs.Stripe{}, err
			}
		}
		if try > 0 || !s.known() {
			if err := s.Refresh(ctx); err != nil {
				return fs.Stripe{}, err
			}
		}
		pg, done, ok := s.pick(len(data), avoid)
		if !ok {
			continue
		}
		missing, failed, err := s.put(ctx, pg, id, owner, data)
		done()
		if err == nil {
			if missing != 0 && s.Degraded != nil {
				s.Degraded(id)
			}
			return fs.Stripe{ID: id, PG: pg.ID, Len: uint32(len(data)), Missing: missing}, nil
		}
		if ctx.Err() != nil {
			return fs.Stripe{}, ctx.Err()
		}
		last = err
		if avoid == nil {
			avoid = make(map[fs.ServerID]bool)
		}
		for _, f := range failed {
			avoid[f.ID] = true
		}
		// What the shards' writers saw reaches the leader now, not with the servers' next
		// heartbeat. The answer is the map without them.
		if m, err := s.maintenance.ReportStatus(ctx, failed); err == nil {
			s.Learn(m)
		}
	}
	if last != nil {
		return fs.Stripe{}, last
	}
	if s.full(ctx) {
		return fs.Stripe{}, fs.Errorf("store stripe", fs.KindNoSpace, "", "the disks are full; see `wakefs status`")
	}
	return fs.Stripe{}, fs.Errorf("store stripe", fs.KindUnavailable, "", "no placement group can be written: too few healthy disks; see `wakefs status`")
}

// full tells why no group can be written: there is one whose servers are all well, so what
// they lack is room.
func (s *Stripes) full(ctx context.Context) bool {
	s.mu.Lock()
	pgs := s.mu.m.PGs
	s.mu.Unlock()
	well := func(id fs.ServerID) bool {
		store, err := s.servers.Server(id)
		if err != nil {
			return false
		}
		st, err := store.Status(ctx)
		return err == nil && st.Failed == ""
	}
	for i := range pgs {
		ok := true
		for _, id := range pgs[i].Members {
			ok = ok && well(id)
		}
		if ok {
			return true
		}
	}
	return false
}

func (s *Stripes) known() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mu.loaded
}

// put stores the shards of one stripe on one group, all at once.
func (s *Stripes) put(ctx context.Context, pg fs.PG, id fs.StripeID, owner fs.Owner, data []byte) (missing uint32, failed []fs.ServerStatus, err error) {
	code, err := ec.For(pg.Scheme)
	if err != nil {
		return 0, nil, err
	}
	enc, err := code.Encode(data)
	if err != nil {
		return 0, nil, err
	}
	defer enc.Release()
	errs := make([]error, len(pg.Members))
	one := func(i int) {
		var store fs.ShardStore
		if store, errs[i] = s.servers.Server(pg.Members[i]); errs[i] == nil {
			errs[i] = store.Put(ctx, fs.ShardAddr{PG: pg.ID, Stripe: id, Index: uint8(i)}, owner, enc.Shards[i])
		}
	}
	var wg sync.WaitGroup
	for i := 1; i < len(errs); i++ {
		wg.Go(func() { one(i) })
	}
	one(0)
	wg.Wait()
	ok := 0
	for i, e := range errs {
		if e == nil {
			ok++
			continue
		}
		if err == nil || fs.KindOf(e) == fs.KindNoSpace {
			err = e // the one that tells the user most
		}
		missing |= 1 << i
		failed = append(failed, fs.ServerStatus{ID: pg.Members[i], Failed: e.Error()})
	}
	if missing == 0 || ok >= int(pg.Scheme.K)+1 {
		return missing, failed, nil
	}
	_ = s.Delete(ctx, fs.Stripe{ID: id, PG: pg.ID}) // the sweep finds what stays
	return missing, failed, err
}

// Delete deletes all shards of a stripe. Servers that cannot be reached are an error after all
// others were asked.
func (s *Stripes) Delete(ctx context.Context, st fs.Stripe) error {
	pg, err := s.group(ctx, st.PG)
	if err != nil {
		return err
	}
	var all error
	for i, m := range pg.Members {
		store, err := s.servers.Server(m)
		if err == nil {
			err = store.Delete(ctx, []fs.ShardAddr{{PG: pg.ID, Stripe: st.ID, Index: uint8(i)}})
		}
		all = errors.Join(all, err)
	}
	return all
}

// Read reads the bytes of a stripe's extent from skip into dst. A small read touches the shards
// that have its bytes; when one fails, the same range of the others gives them back. Errors:
// KindUnavailable with too few shards left, KindNotFound if none is there at all (the extent is from before
// a change: look it up again).
func (s *Stripes) Read(ctx context.Context, e *fs.Extent, skip int, dst []byte) error {
	pg, err := s.group(ctx, e.PG)
	if err != nil {
		return err
	}
	var arr [4]ec.Piece
	for _, p := range ec.Locate(arr[:0], pg.Scheme, int(e.StripeLen), int(e.StripeOff)+skip, len(dst)) {
		part := dst[p.At : p.At+p.Len]
		err := s.get(ctx, pg, e.Stripe, p.Shard, p.Off, part)
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := s.rebuild(ctx, pg, e.Stripe, p, part, err); err != nil {
			return err
		}
		if s.Degraded != nil {
			s.Degraded(e.Stripe)
		}
	}
	return nil
}

func (s *Stripes) get(ctx context.Context, pg fs.PG, id fs.StripeID, shard, off int, dst []byte) error {
	store, err := s.servers.Server(pg.Members[shard])
	if err != nil {
		return err
	}
	return store.Get(ctx, fs.ShardAddr{PG: pg.ID, Stripe: id, Index: uint8(shard)}, off, dst)
}

// rebuild computes a piece of a lost shard from the same range of K others. cause is why it is lost.
func (s *Stripes) rebuild(ctx context.Context, pg fs.PG, id fs.StripeID, p ec.Piece, dst []byte, cause error) error {
	code, err := ec.For(pg.Scheme)
	if err != nil {
		return err
	}
	shards := make([][]byte, pg.Scheme.Shards())
	got, unknown := 0, 0
	if fs.KindOf(cause) == fs.KindNotFound {
		unknown++
	}
	for i := 0; i < len(shards) && got < int(pg.Scheme.K); i++ {
		if i == p.Shard {
			continue
		}
		b := takeBytes(p.Len)[:p.Len]
		defer giveBytes(b)
		switch err := s.get(ctx, pg, id, i, p.Off, b); {
		case err == nil:
			shards[i] = b
			got++
		case fs.KindOf(err) == fs.KindNotFound:
			unknown++
		}
	}
	if unknown == len(shards) {
		return fs.E("read stripe", fs.KindNotFound, "", cause)
	}
	if got < int(pg.Scheme.K) {
		return fs.Errorf("read stripe", fs.KindUnavailable, "", "stripe %x has %d of the %d shards it takes: %w", uint64(id), got, pg.Scheme.K, cause)
	}
	shards[p.Shard] = dst[:0]
	return code.Reconstruct(shards, p.Shard)
}

// Repair makes a stripe whole again: it finds the shards that are missing or rotten,
// computes them from the others and puts them in their places. It returns the shards that are still
// missing because their servers cannot be written now.
func (s *Stripes) Repair(ctx context.Context, st fs.Stripe, owner fs.Owner) (missing uint32, err error) {
	pg, err := s.group(ctx, st.PG)
	if err != nil {
		return 0, err
	}
	code, err := ec.For(pg.Scheme)
	if err != nil {
		return 0, err
	}
	shards := make([][]byte, pg.Scheme.Shards())
	n := pg.Scheme.ShardLen(int(st.Len))
	var lost []int
	for i := range shards {
		b := takeBytes(n)[:n]
		defer giveBytes(b)
		if err := s.get(ctx, pg, st.ID, i, 0, b); err != nil {
			lost = append(lost, i)
			shards[i] = b[:0]
			continue
		}
		shards[i] = b
	}
	if len(lost) == 0 {
		return 0, nil
	}
	if err := code.Reconstruct(shards, lost...); err != nil {
		return 0, err
	}
	for _, i := range lost {
		store, err := s.servers.Server(pg.Members[i])
		if err == nil {
			err = store.Put(ctx, fs.ShardAddr{PG: pg.ID, Stripe: st.ID, Index: uint8(i)}, owner, shards[i])
		}
		if err != nil {
			if ctx.Err() != nil {
				return 0, ctx.Err()
			}
			missing |= 1 << i
		}
	}
	return missing, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
