package conscience

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/wakefs/wakefs/fs"
)

// Candidate is a server that may become a member of a placement group.
type Candidate struct {
	Info  fs.ServerInfo
	Score float64 // 0..100; 0 is never chosen
	Size  uint64  // the disk's capacity in bytes; it is drawn by Score times Size. 0 in all: by Score alone
}

func (c *Candidate) weight() float64 { return c.Score * float64(max(c.Size, 1)) }

// Place chooses the members of a new placement group: K + M different servers, by
// weighted sampling without replacement, so that no failure domain of any size
// (zone, rack, host: the prefixes of ServerInfo.Domain) holds more than M of them.
// Where there are too few domains of a size for that, the members are spread as
// evenly over them as is possible. keep are members that stay, as when a lost one is
// replaced: they count for the domains and are returned first, in their order; the
// rest is new.
//
// Lost and draining servers, and those with score 0, are never chosen anew.
// KindUnavailable if too few servers are left.
func Place(servers []Candidate, scheme fs.Scheme, rng *rand.Rand, keep ...fs.ServerID) ([]fs.ServerID, error) {
	want := scheme.Shards()
	usable := usable(servers, keep)
	if len(usable) < want || len(keep) > want {
		return nil, fs.Errorf("place", fs.KindUnavailable, "", "%d usable chunk servers, scheme %d+%d needs %d", len(usable), scheme.K, scheme.M, want)
	}
	tree := newDomains(usable)
	caps := tree.caps(usable, want, max(1, int(scheme.M)), keep)

	members := append(make([]fs.ServerID, 0, want), keep...)
	order := sampleOrder(usable, rng)
	used := make([]int, len(tree.size))
	for _, id := range keep {
		for i := range usable {
			if usable[i].Info.ID == id {
				tree.take(used, i)
			}
		}
	}
	// The constraints nest (a laminar matroid), so taking greedily in any order never
	// ends in a dead end: what could be completed still can.
	for _, i := range order {
		if len(members) == want {
			break
		}
		if slices.Contains(keep, usable[i].Info.ID) || !tree.fits(used, caps, i) {
			continue
		}
		tree.take(used, i)
		members = append(members, usable[i].Info.ID)
	}
	if len(members) < want {
		return nil, fs.Errorf("place", fs.KindUnavailable, "", "%d of %d members found for scheme %d+%d", len(members), want, scheme.K, scheme.M)
	}
	return members, nil
}

// usable are the servers that may be chosen or are kept, in order of ID, so that the
// choice depends on the random numbers alone.
func usable(servers []Candidate, keep []fs.ServerID) []Candidate {
	out := make([]Candidate, 0, len(servers))
	for _, c := range servers {
		if slices.Contains(keep, c.Info.ID) || (c.Score > 0 && !c.Info.Lost && !c.Info.Draining) {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b Candidate) int { return int(int64(a.Info.ID) - int64(b.Info.ID)) })
	return slices.CompactFunc(out, func(a, b Candidate) bool { return a.Info.ID == b.Info.ID })
}

// sampleOrder is a weighted random permutation: the order of u^(1/w), largest first
// (Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006), here
// as the order of −ln(u)/w, smallest first.
func sampleOrder(servers []Candidate, rng *rand.Rand) []int {
	keys := make([]float64, len(servers))
	order := make([]int, len(servers))
	for i, c := range servers {
		keys[i] = rng.ExpFloat64() / max(c.weight(), math.SmallestNonzeroFloat64)
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case keys[a] < keys[b]:
			return -1
		case keys[a] > keys[b]:
			return 1
		}
		return a - b
	})
	return order
}

// domains is the tree of failure domains above the servers. Domain 0 is everything.
type domains struct {
	size   []int   // servers in each domain
	level  []int   // 0 for everything, 1 the largest domains, and so on
	parent []int   // of each domain
	of     [][]int // for each server, its domains from the largest down, without 0
	levels int
}

// newDomains reads the domain paths. The last element of a path is the disk, which is
// the server itself and no domain. Paths of different lengths are aligned at the
// disk's end, so "host/disk" and "zone/rack/host/disk" agree what a host is.
func newDomains(servers []Candidate) *domains {
	d := &domains{size: []int{len(servers)}, level: []int{0}, parent: []int{-1}}
	paths := make([][]string, len(servers))
	for i, c := range servers {
		p := strings.Split(strings.Trim(c.Info.Domain, "/"), "/")
		paths[i] = p[:len(p)-1]
		d.levels = max(d.levels, len(paths[i]))
	}
	index := make(map[string]int)
	d.of = make([][]int, len(servers))
	for i, p := range paths {
		at := 0
		for l := range p {
			key := strings.Join(p[:l+1], "/")
			n, ok := index[key]
			if !ok {
				n = len(d.size)
				index[key] = n
				d.size = append(d.size, 0)
				d.level = append(d.level, d.levels-len(p)+l+1)
				d.parent = append(d.parent, at)
			}
			d.size[n]++
			d.of[i] = append(d.of[i], n)
			at = n
		}
	}
	return d
}

// caps are the most members a domain of each level may hold: most if there are
// enough domains, else the least that leaves room for want members.
func (d *domains) caps(servers []Candidate, want, most int, keep []fs.ServerID) []int {
	caps := make([]int, d.levels+1)
	caps[0] = want
	for l := 1; l <= d.levels; l++ {
		caps[l] = most
	}
	// What is kept may already break the bound; then the bound is for what is new.
	fixed := make([]int, len(d.size))
	for i, c := range servers {
		if slices.Contains(keep, c.Info.ID) {
			d.take(fixed, i)
		}
	}
	for l := 1; l <= d.levels && d.room(fixed, caps) < want; l++ {
		caps[l] = want
	}
	for l := 1; l <= d.levels; l++ {
		if caps[l] == most {
			continue
		}
		for caps[l] = most; d.room(fixed, caps) < want; caps[l]++ {
		}
	}
	return caps
}

// room is how many members the caps leave room for.
func (d *domains) room(fixed, caps []int) int {
	sum := make([]int, len(d.size))
	inner := make([]int, len(d.size))
	for n := len(d.size) - 1; n >= 0; n-- {
		// Servers directly in n are those not in one of its inner domains.
		sum[n] += d.size[n] - inner[n]
		sum[n] = max(min(sum[n], caps[d.level[n]]), fixed[n])
		if p := d.parent[n]; p >= 0 {
			sum[p] += sum[n]
			inner[p] += d.size[n]
		}
	}
	return sum[0]
}

func (d *domains) fits(used, caps []int, server int) bool {
	for _, n := range d.of[server] {
		if used[n] >= caps[d.level[n]] {
			return false
		}
	}
	return true
}

func (d *domains) take(used []int, server int) {
	used[0]++
	for _, n := range d.of[server] {
		used[n]++
	}
}
