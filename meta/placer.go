package meta

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/wakefs/wakefs/chunks/conscience"
	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
	"github.com/wakefs/wakefs/meta/state"
)

const (
	placeInterval = time.Second
	missingBatch  = 256 // stripes of a lost server that one Tx marks
)

// placer keeps enough writable placement groups, on the leader: it listens to the chunk servers' reports,
// closes the groups of sick ones, opens others over those that are well, and replaces lost members.
// What it decides is plan.go's; this is the loop around it.
type placer struct {
	n       *Node
	tracker *conscience.Tracker
	work    chan struct{}

	mu     sync.Mutex
	status map[fs.ServerID]report
	since  int64 // ns, when this node began to lead
}

// report is the last word of a server.
type report struct {
	fs.ServerStatus
	at int64 // ns
}

func (p *placer) init(n *Node) {
	p.n = n
	p.tracker = conscience.NewTracker(conscience.Options{})
	p.work = make(chan struct{}, 1)
	p.status = map[fs.ServerID]report{}
}

// lead begins anew: nothing is known yet.
func (p *placer) lead() {
	p.mu.Lock()
	clear(p.status)
	p.since = p.n.o.Clock()
	p.mu.Unlock()
	p.kick()
}

// waits tells whether to wait for first reports: a leader that has just begun must not take silence
// for sickness.
func (p *placer) waits(m *fs.ClusterMap) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.n.o.Clock()-p.since >= int64(p.n.o.ServerTTL) {
		return false
	}
	for _, s := range m.Servers {
		if _, ok := p.status[s.ID]; !ok && !s.Lost {
			return true
		}
	}
	return false
}

// observe takes in reports. A server that fell sick or recovered is acted on at once.
func (p *placer) observe(status []fs.ServerStatus) {
	now := p.n.o.Clock()
	turned := false
	p.mu.Lock()
	for _, s := range status {
		was := p.wellLocked(s.ID, now)
		_, known := p.status[s.ID]
		p.status[s.ID] = report{s, now}
		p.tracker.Observe(time.Unix(0, now), s)
		turned = turned || !known || was != p.wellLocked(s.ID, now)
	}
	p.mu.Unlock()
	if turned {
		p.kick()
	}
}

// wellLocked tells whether new data may go to a server.
func (p *placer) wellLocked(id fs.ServerID, now int64) bool {
	r, ok := p.status[id]
	return ok && r.Failed == "" && r.Free > 0 && now-r.at < int64(p.n.o.ServerTTL)
}

func (p *placer) score(id fs.ServerID) float64 {
	return p.tracker.Score(time.Unix(0, p.n.o.Clock()), id)
}

// space is the user data that fits and that still fits, judged by the scheme of the
// groups now in use.
func (p *placer) space(m *fs.ClusterMap) (capacity, free uint64) {
	share := 1.0
	for _, pg := range m.PGs {
		if pg.Writable {
			share = float64(pg.Scheme.K) / float64(pg.Scheme.Shards())
			break
		}
	}
	now := p.n.o.Clock()
	p.mu.Lock()
	defer p.mu.Unlock()
	var c, f float64
	for _, s := range m.Servers {
		if !s.Lost && p.wellLocked(s.ID, now) {
			c += float64(p.status[s.ID].Capacity)
			f += float64(p.status[s.ID].Free)
		}
	}
	return uint64(c * share), uint64(f * share)
}

func (p *placer) kick() {
	select {
	case p.work <- struct{}{}:
	default:
	}
}

// run looks at the map when something turned, and from time to time because silence makes no event.
func (p *placer) run() {
	if p.n.o.FixedPlacement {
		return
	}
	tick := time.NewTicker(placeInterval)
	defer tick.Stop()
	for {
		select {
		case <-p.work:
		case <-tick.C:
		case <-p.n.ctx.Done():
			return
		}
		if !p.n.leads() {
			continue
		}
		if err := p.place(p.n.ctx); err != nil && p.n.ctx.Err() == nil {
			p.n.o.Logger.Warn("placement will retry", "err", err)
		}
	}
}

// place brings the groups to what the plan wants.
func (p *placer) place(ctx context.Context) error {
	m, err := readApplied(p.n, clusterMap)
	if err != nil {
		return guard(p.n, err)
	}
	if len(m.Servers) == 0 || p.waits(&m) {
		return nil
	}
	c := p.candidates(&m)
	changes := plan(c, m.PGs, rand.New(rand.NewPCG(m.Index, uint64(len(m.PGs)))))
	for _, pg := range changes {
		if err := p.put(ctx, pg, m.PGs); err != nil {
			return err
		}
	}
	return nil
}

// candidates are all servers of the map with how they feel; score 0 if nothing new may go there.
func (p *placer) candidates(m *fs.ClusterMap) []conscience.Candidate {
	now := p.n.o.Clock()
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []conscience.Candidate
	for _, s := range m.Servers {
		c := conscience.Candidate{Info: s, Size: p.status[s.ID].Capacity}
		if p.wellLocked(s.ID, now) && !s.Lost && !s.Draining {
			// A server that just recovered has a low score for a while, but may be written.
			c.Score = max(p.tracker.Score(time.Unix(0, now), s.ID), 1)
		}
		out = append(out, c)
	}
	return out
}

// put proposes a group. Before a new member takes a lost one's place, its shards are marked missing: if
// this is interrupted, it begins again with the group as it was.
func (p *placer) put(ctx context.Context, pg fs.PG, old []fs.PG) error {
	i := slices.IndexFunc(old, func(o fs.PG) bool { return o.ID == pg.ID })
	if pg.ID != 0 && i >= 0 {
		var bits uint32
		for m := range pg.Members {
			if pg.Members[m] != old[i].Members[m] {
				bits |= 1 << m
			}
		}
		if bits != 0 {
			p.n.o.Logger.Info("placement group gets a new member", "pg", pg.ID, "members", pg.Members)
			if err := p.markMissing(ctx, pg.ID, bits); err != nil {
				return err
			}
		}
	}
	_, err := p.n.propose(ctx, nil, &fs.Tx{Ops: []fs.Op{&fs.PutPG{PG: pg}}}, fs.Committed)
	return err
}

// markMissing marks shards of all stripes of a group as missing.
func (p *placer) markMissing(ctx context.Context, pg fs.PGID, bits uint32) error {
	for after := fs.StripeID(0); ; {
		list, err := readApplied(p.n, func(r kv.Reader) ([]fs.Stripe, error) {
			return state.Stripes(r, fs.AllStripes, after, missingBatch)
		})
		if err != nil {
			return guard(p.n, err)
		}
		tx := &fs.Tx{}
		for _, s := range list {
			if s.PG == pg && s.Live > 0 && s.Missing&bits != bits {
				tx.Ops = append(tx.Ops, &fs.Missing{Stripe: s.ID, From: s.Missing, Set: s.Missing | bits})
			}
		}
		if len(tx.Ops) > 0 {
			_, err := p.n.propose(ctx, nil, tx, fs.Committed)
			if errors.Is(err, fs.KindConflict) {
				continue // something changed since they were read: read them again
			}
			if err != nil {
				return err
			}
		}
		if len(list) < missingBatch {
			return nil
		}
		after = list[len(list)-1].ID
	}
}
