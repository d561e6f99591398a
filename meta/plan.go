package meta

import (
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/wakefs/wakefs/chunks/conscience"
	"github.com/wakefs/wakefs/fs"
)

// maxGroups bounds the writable groups.
const maxGroups = 64

// plan tells which placement groups to change or make, so that new stripes go to servers that are well, with
// the redundancy that the number of servers promises:
//
//   - A group is writable if its scheme is the one for as many servers as are well, and all its members
//     are well. When a server falls sick, groups of a smaller scheme over the others take over, until it is back.
//   - There are about as many writable groups as servers, with data and parity in different orders.
//   - A lost member is replaced by a server that is well and not in the group, if there is one.
//
// Servers with score 0 get nothing new. It is pure but for rng.
func plan(servers []conscience.Candidate, pgs []fs.PG, rng *rand.Rand) []fs.PG {
	p := planner{servers: servers, rng: rng, by: map[fs.ServerID]*conscience.Candidate{}}
	hosts, registered := map[string]bool{}, 0
	for i := range servers {
		c := &servers[i]
		p.by[c.Info.ID] = c
		if !c.Info.Lost {
			registered++
		}
		if c.Score > 0 {
			p.well = append(p.well, *c)
			hosts[hostOf(c.Info.Domain)] = true
		}
	}
	p.scheme = conscience.PolicyFor(len(p.well), len(hosts))
	if len(p.well) == 0 || p.scheme.M == 0 && registered > 1 {
		p.scheme = fs.Scheme{} // nothing is better than what loses data with the next server
	}
	var out []fs.PG
	for _, old := range pgs {
		pg := p.revise(old)
		if pg.Writable {
			p.writable = append(p.writable, pg)
		}
		if changed(&old, &pg) {
			pg.Epoch++
			out = append(out, pg)
		}
	}
	return append(out, p.create()...)
}

type planner struct {
	servers  []conscience.Candidate
	by       map[fs.ServerID]*conscience.Candidate
	well     []conscience.Candidate
	scheme   fs.Scheme // for new stripes; zero: none
	writable []fs.PG
	rng      *rand.Rand
}

// hostOf is a domain path without its last element, the disk.
func hostOf(domain string) string {
	d := strings.Trim(domain, "/")
	if i := strings.LastIndexByte(d, '/'); i >= 0 {
		return d[:i]
	}
	return ""
}

// revise is what an existing group should be.
func (p *planner) revise(pg fs.PG) fs.PG {
	pg.Members = p.replaceLost(pg)
	var scores []float64
	for _, m := range pg.Members {
		score := 0.0
		if c := p.by[m]; c != nil {
			score = c.Score
		}
		scores = append(scores, score)
	}
	w := conscience.Weight(scores)
	pg.Writable = pg.Scheme == p.scheme && w > 0
	if pg.Writable {
		if n := max(uint32(w), 1); n > 2*pg.Weight || 2*n < pg.Weight {
			pg.Weight = n // smaller changes are not worth a Tx
		}
	}
	return pg
}

func (p *planner) replaceLost(pg fs.PG) []fs.ServerID {
	var keep []fs.ServerID
	for _, m := range pg.Members {
		if c := p.by[m]; c == nil || !c.Info.Lost {
			keep = append(keep, m)
		}
	}
	if len(keep) == len(pg.Members) || len(keep) == 0 {
		return pg.Members
	}
	// Members that are sick but not lost stay, so all servers are candidates.
	placed, err := conscience.Place(p.servers, pg.Scheme, p.rng, keep...)
	if err != nil {
		return pg.Members // nobody can take its place yet
	}
	fresh := placed[len(keep):]
	out := slices.Clone(pg.Members)
	for i, m := range out {
		if c := p.by[m]; c != nil && c.Info.Lost {
			out[i], fresh = fresh[0], fresh[1:]
		}
	}
	return out
}

func changed(a, b *fs.PG) bool {
	return a.Writable != b.Writable || a.Weight != b.Weight || !slices.Equal(a.Members, b.Members)
}

// create makes groups until there are enough and every server that is well is in one.
func (p *planner) create() []fs.PG {
	var out []fs.PG
	if p.scheme.K == 0 {
		return nil
	}
	add := func(members []fs.ServerID) {
		pg := fs.PG{Epoch: 1, Scheme: p.scheme, Members: members, Writable: true}
		pg = p.revise(pg)
		p.writable = append(p.writable, pg)
		out = append(out, pg)
	}
	want := min(len(p.well), maxGroups)
	for len(p.writable) < want {
		members, ok := p.fresh()
		if !ok {
			break
		}
		add(members)
	}
	for _, c := range p.well {
		if p.covered(c.Info.ID) {
			continue
		}
		members, err := conscience.Place(p.well, p.scheme, p.rng, c.Info.ID)
		if err != nil {
			break
		}
		p.rng.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
		add(members)
	}
	return out
}

func (p *planner) covered(id fs.ServerID) bool {
	return slices.ContainsFunc(p.writable, func(pg fs.PG) bool { return slices.Contains(pg.Members, id) })
}

// fresh finds members in an order that no writable group has. When every server is in every group, the
// orders are rotations: each server is each shard's once.
func (p *planner) fresh() ([]fs.ServerID, bool) {
	if len(p.well) == p.scheme.Shards() {
		var ids []fs.ServerID
		for _, c := range p.well {
			ids = append(ids, c.Info.ID)
		}
		slices.Sort(ids)
		for range ids {
			if !p.taken(ids) {
				return ids, true
			}
			ids = append(slices.Clone(ids[1:]), ids[0])
		}
		return nil, false
	}
	for range 8 { // a random order that exists already is unlikely
		ids, err := conscience.Place(p.well, p.scheme, p.rng)
		if err != nil {
			return nil, false
		}
		if !p.taken(ids) {
			return ids, true
		}
	}
	return nil, false
}

func (p *planner) taken(ids []fs.ServerID) bool {
	return slices.ContainsFunc(p.writable, func(pg fs.PG) bool { return slices.Equal(pg.Members, ids) })
}
