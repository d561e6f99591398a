package meta

import (
	"context"
	"time"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
	"github.com/wakefs/wakefs/meta/state"
)

const (
	reapExtents   = 512 // of an orphan that one Tx deletes
	reapFiles     = 256 // that one Tx deletes, when they are small
	deadBatch     = 512 // stripes that are deleted together
	reaperRetry   = 5 * time.Second
	deleteTimeout = 10 * time.Second
)

// reaper deletes what nothing refers to any more, on the leader: orphans that nobody holds open, then
// the shards of stripes that no extent refers to. Both queues are written by the
// Txs that fill them; nothing scans.
type reaper struct {
	n       *Node
	orphans orphanage
	work    chan struct{} // something may be to do
}

func (r *reaper) init(n *Node) {
	r.n = n
	r.orphans.reset()
	r.work = make(chan struct{}, 1)
}

// recover begins anew from the state: each orphan may be held by each session. Node.mu is held.
func (r *reaper) recover(from kv.Reader, sessions []fs.SessionID) error {
	r.orphans.reset()
	after := fs.Ino(0)
	for {
		inos, err := state.Orphans(from, after, listChunk)
		if err != nil {
			return err
		}
		r.orphans.add(inos, sessions)
		if len(inos) < listChunk {
			return nil
		}
		after = inos[len(inos)-1]
	}
}

func (r *reaper) orphaned(inos []fs.Ino) { r.kickIf(r.orphans.add(inos, r.n.sessions.ids())) }

func (r *reaper) sessionEnded(id fs.SessionID) { r.kickIf(r.orphans.ended(id)) }

func (r *reaper) answer(id fs.SessionID, held []fs.Ino) []fs.Ino {
	next, ready := r.orphans.answer(id, held)
	r.kickIf(ready)
	return next
}

func (r *reaper) kickIf(ready bool) {
	if ready {
		r.kick()
	}
}

func (r *reaper) kick() {
	select {
	case r.work <- struct{}{}:
	default:
	}
}

// run works until the node closes. What failed is tried again after a while.
func (r *reaper) run() {
	ctx := r.n.ctx
	retry := time.NewTimer(time.Hour)
	defer retry.Stop()
	for {
		select {
		case <-r.work:
		case <-retry.C:
		case <-ctx.Done():
			return
		}
		if !r.n.leads() {
			continue
		}
		err := r.reapOrphans(ctx)
		if err == nil {
			err = r.deleteDead(ctx)
		}
		if err != nil && ctx.Err() == nil {
			r.n.o.Logger.Debug("reaper will retry", "err", err)
			retry.Reset(reaperRetry)
		}
	}
}

// reapOrphans deletes the orphans that are ready, small ones many at a time.
func (r *reaper) reapOrphans(ctx context.Context) error {
	for {
		inos := r.orphans.take()
		if len(inos) == 0 {
			return nil
		}
		for len(inos) > 0 {
			k := min(len(inos), reapFiles)
			left, err := r.reap(ctx, inos[:k])
			if err != nil {
				r.orphans.add(inos, nil) // nobody holds them: ready again
				return err
			}
			inos = append(left, inos[k:]...)
		}
	}
}

// reap deletes a part of each orphan and returns those that have more.
func (r *reaper) reap(ctx context.Context, inos []fs.Ino) ([]fs.Ino, error) {
	tx := &fs.Tx{}
	each := max(reapExtents/len(inos), 8)
	for _, ino := range inos {
		tx.Ops = append(tx.Ops, &fs.Reap{Ino: ino, Max: each})
	}
	res, err := r.n.propose(ctx, nil, tx, fs.Committed)
	if err != nil {
		return nil, err
	}
	var left []fs.Ino
	for i := range res.Ops {
		if res.Ops[i].ID > 0 {
			left = append(left, inos[i])
		}
	}
	return left, nil
}

// deleteDead deletes the shards of dead stripes and then their records. A server that can't be
// reached keeps only its own stripes waiting.
func (r *reaper) deleteDead(ctx context.Context) error {
	if r.n.o.Servers == nil {
		return nil
	}
	var failed error
	sick := map[fs.ServerID]bool{}
	for after := fs.StripeID(0); ; {
		var pgs map[fs.PGID]fs.PG
		dead, err := readApplied(r.n, func(v kv.Reader) ([]fs.Stripe, error) {
			list, err := state.PGs(v)
			if err != nil {
				return nil, err
			}
			pgs = byID(list)
			return state.Stripes(v, fs.DeadStripes, after, deadBatch)
		})
		if err != nil {
			return guard(r.n, err)
		}
		gone := r.deleteShards(ctx, dead, pgs, sick, &failed)
		if len(gone) > 0 {
			if _, err := r.n.propose(ctx, nil, &fs.Tx{Ops: []fs.Op{&fs.Forget{Stripes: gone}}}, fs.Committed); err != nil {
				return err
			}
		}
		if len(dead) < deadBatch {
			return failed
		}
		after = dead[len(dead)-1].ID
	}
}

// deleteShards deletes shards server by server, and returns the stripes of which none is left.
func (r *reaper) deleteShards(ctx context.Context, dead []fs.Stripe, pgs map[fs.PGID]fs.PG, sick map[fs.ServerID]bool, failed *error) []fs.StripeID {
	byServer := map[fs.ServerID][]fs.ShardAddr{}
	for _, s := range dead {
		for i, m := range pgs[s.PG].Members {
			byServer[m] = append(byServer[m], fs.ShardAddr{PG: s.PG, Stripe: s.ID, Index: uint8(i)})
		}
	}
	for id, addrs := range byServer {
		if sick[id] {
			continue
		}
		if err := r.deleteAt(ctx, id, addrs); err != nil {
			sick[id], *failed = true, err
		}
	}
	var gone []fs.StripeID
stripes:
	for _, s := range dead {
		for _, m := range pgs[s.PG].Members {
			if sick[m] {
				continue stripes
			}
		}
		gone = append(gone, s.ID)
	}
	return gone
}

func (r *reaper) deleteAt(ctx context.Context, id fs.ServerID, addrs []fs.ShardAddr) error {
	store, err := r.n.o.Servers.Server(id)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, deleteTimeout)
	defer cancel()
	return store.Delete(ctx, addrs)
}

func byID(list []fs.PG) map[fs.PGID]fs.PG {
	out := make(map[fs.PGID]fs.PG, len(list))
	for _, p := range list {
		out[p.ID] = p
	}
	return out
}
