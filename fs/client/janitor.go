package client

import (
	"context"
	"sync"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// Janitor keeps stored data healthy: it rebuilds shards that are missing or rotten, rewrites fragmented files, moves
// small ones from the metadata into shared stripes, and deletes shards that no Tx ever referred to.
type Janitor struct {
	c       *Client
	servers func() map[fs.ServerID]fs.ShardStore // those of this node

	degraded chan fs.StripeID

	mu      sync.Mutex
	recent  map[fs.StripeID]bool // looked at since the last tick
	ragged  map[fs.Ino]int64     // files that may be worth compacting → ns of their last commit
	inlined map[fs.Ino]int64     // files that may be worth destaging → ns of their last commit
	counts  Counts
}

// Counts is what a janitor has done since it began.
type Counts struct {
	Repaired  uint64 // stripes made whole
	Compacted uint64 // stripes written in the place of fragments
	Packed    uint64 // small files moved into shared stripes
	Swept     uint64 // shards deleted that belonged to nothing
}

// The janitor's rhythm and bounds.
const (
	janitorEvery = 5 * time.Second
	sweepFirst   = time.Minute
	sweepEvery   = 24 * time.Hour
	sweepAge     = 24 * time.Hour // younger shards may yet be committed, by a function that runs for long
	repairBatch  = 256
	maxRagged    = 1 << 16
	raggedIdle   = 10 * time.Second // a file is compacted when nobody has written to it for that long
)

// NewJanitor returns a janitor that works through c, a client of its own. servers are the
// chunk servers whose stray shards it sweeps.
func NewJanitor(c *Client, servers func() map[fs.ServerID]fs.ShardStore) *Janitor {
	return &Janitor{
		c: c, servers: servers, degraded: make(chan fs.StripeID, 1024),
		recent: make(map[fs.StripeID]bool), ragged: make(map[fs.Ino]int64), inlined: make(map[fs.Ino]int64),
	}
}

// Degraded tells of a stripe that was seen to have shards missing or rotten. It never blocks.
func (j *Janitor) Degraded(id fs.StripeID) {
	select {
	case j.degraded <- id:
	default: // there is enough to do; the next reader of it tells again
	}
}

// Ragged tells of a file that was committed in pieces. It never blocks.
func (j *Janitor) Ragged(ino fs.Ino) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if len(j.ragged) < maxRagged {
		j.ragged[ino] = j.c.o.Clock()
	}
}

// Counts returns what was done so far.
func (j *Janitor) Counts() Counts {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.counts
}

func (j *Janitor) count(add func(*Counts)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	add(&j.counts)
}

// Run works until ctx ends.
func (j *Janitor) Run(ctx context.Context) {
	tick := time.NewTicker(janitorEvery)
	defer tick.Stop()
	sweep := time.NewTimer(sweepFirst)
	defer sweep.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case id := <-j.degraded:
			if !j.seen(id) {
				j.warn("repair", j.repairID(ctx, id))
			}
		case <-tick.C:
			j.mu.Lock()
			clear(j.recent)
			j.mu.Unlock()
			j.warn("repair", j.repairMissing(ctx))
			j.warn("compaction", j.compactIdle(ctx))
			j.warn("destaging", j.destageIdle(ctx))
		case <-sweep.C:
			j.warn("sweep", j.Sweep(ctx, sweepAge))
			j.warn("reclaiming space", j.Reclaim(ctx))
			sweep.Reset(sweepEvery)
		}
	}
}

func (j *Janitor) warn(what string, err error) {
	if err != nil && fs.KindOf(err) != fs.KindCanceled {
		j.c.o.Log.Warn(what+" has failed; it is tried again", "err", err)
	}
}

func (j *Janitor) seen(id fs.StripeID) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.recent[id] {
		return true
	}
	j.recent[id] = true
	return false
}

func (j *Janitor) repairID(ctx context.Context, id fs.StripeID) error {
	st, err := j.c.meta.Stripe(ctx, id)
	if err != nil {
		if fs.KindOf(err) == fs.KindNotFound {
			return nil // deleted meanwhile, or not committed yet
		}
		return err
	}
	return j.Repair(ctx, st)
}

// Repair makes a stripe whole as far as its servers can be written, and records what is
// still missing.
func (j *Janitor) Repair(ctx context.Context, st fs.Stripe) error {
	missing, err := j.c.stripes.Repair(ctx, st, fs.Owner{})
	if err != nil {
		return err
	}
	if missing == 0 {
		j.count(func(c *Counts) { c.Repaired++ })
	}
	if missing == st.Missing {
		return nil
	}
	_, err = j.c.propose(ctx, nil, fs.Committed, &fs.Missing{Stripe: st.ID, From: st.Missing, Set: missing})
	if fs.KindOf(err) == fs.KindConflict {
		return nil // somebody else has looked at it too
	}
	return err
}

// repairMissing tries the stripes that are recorded as missing shards, the most endangered first.
func (j *Janitor) repairMissing(ctx context.Context) error {
	var after fs.StripeID
	for {
		list, err := j.c.meta.Stripes(ctx, fs.MissingStripes, after, repairBatch)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, st := range list {
			after = st.ID
			if !j.c.stripes.repairable(ctx, st) {
				continue
			}
			if err := j.Repair(ctx, st); err != nil {
				return err
			}
		}
	}
}

// repairable tells whether any server that misses its shard can take it now.
func (s *Stripes) repairable(ctx context.Context, st fs.Stripe) bool {
	pg, err := s.group(ctx, st.PG)
	if err != nil {
		return false
	}
	for i, m := range pg.Members {
		if st.Missing&(1<<i) == 0 {
			continue
		}
		store, err := s.servers.Server(m)
		if err != nil {
			continue
		}
		if status, err := store.Status(ctx); err == nil && status.Failed == "" {
			return true
		}
	}
	return false
}

// Sweep deletes this node's shards, older than age, of stripes that the metadata does not
// know: their writer died, or gave up, before its Tx.
func (j *Janitor) Sweep(ctx context.Context, age time.Duration) error {
	old := j.c.o.Clock() - int64(age)
	for _, store := range j.servers() {
		var after fs.ShardAddr
		for {
			page, err := store.List(ctx, after, 1024)
			if err != nil {
				if fs.KindOf(err) == fs.KindUnavailable {
					break // the next sweep
				}
				return err
			}
			if len(page) == 0 {
				break
			}
			after = page[len(page)-1].Addr
			if err := j.sweepPage(ctx, store, page, old); err != nil {
				return err
			}
		}
	}
	return nil
}

func (j *Janitor) sweepPage(ctx context.Context, store fs.ShardStore, page []fs.ShardInfo, old int64) error {
	var stray []fs.ShardAddr
	for i := range page {
		if page[i].Written > old {
			continue
		}
		st, err := j.c.meta.Stripe(ctx, page[i].Addr.Stripe)
		if err != nil && fs.KindOf(err) != fs.KindNotFound {
			return err
		}
		if err == nil && st.PG == page[i].Addr.PG { // in another group: the writer gave this one up
			continue
		}
		stray = append(stray, page[i].Addr)
	}
	if len(stray) == 0 {
		return nil
	}
	if err := store.Delete(ctx, stray); err != nil {
		return err
	}
	j.count(func(c *Counts) { c.Swept += uint64(len(stray)) })
	return nil
}
