package conscience

import (
	"math/rand/v2"

	"github.com/wakefs/wakefs/fs"
)

// policies are the schemes by how many servers they want, the best first.
var policies = []struct {
	servers int
	scheme  fs.Scheme
}{
	{11, fs.Scheme{K: 8, M: 3}},
	{6, fs.Scheme{K: 4, M: 2}},
	{3, fs.Scheme{K: 2, M: 1}},
	{2, fs.Scheme{K: 1, M: 1}},
	{1, fs.Scheme{K: 1, M: 0}},
}

// PolicyFor chooses the scheme for new stripes from the number of usable servers and
// of the hosts they are on: the widest that the servers carry and that survives the
// loss of a whole host, if there is more than one.
func PolicyFor(servers, hosts int) fs.Scheme {
	for _, p := range policies {
		if servers >= p.servers && (hosts <= 1 || hosts*int(p.scheme.M) >= p.scheme.Shards()) {
			return p.scheme
		}
	}
	return fs.Scheme{K: 1, M: 0}
}

// Weight is the weight of a placement group from its members' scores: the least of
// them, since a stripe is as slow as its slowest member and does not fit at all if one
// is full. 0 to 100; 0 is not writable.
func Weight(scores []float64) float64 {
	if len(scores) == 0 {
		return 0
	}
	w := scores[0]
	for _, s := range scores[1:] {
		w = min(w, s)
	}
	return w
}

// PickPG chooses the group for a new stripe: of two writable ones drawn by weight the
// one with less load, as bytes in flight over its weight. It returns an index into pgs,
// or -1 if none is writable.
func PickPG(pgs []fs.PG, load func(fs.PGID) int64, rng *rand.Rand) int {
	total := uint64(0)
	for i := range pgs {
		total += weight(&pgs[i])
	}
	if total == 0 {
		return -1
	}
	a, b := draw(pgs, rng.Uint64N(total)), draw(pgs, rng.Uint64N(total))
	if relative(&pgs[b], load) < relative(&pgs[a], load) {
		return b
	}
	return a
}

func weight(pg *fs.PG) uint64 {
	if !pg.Writable {
		return 0
	}
	return uint64(pg.Weight)
}

func draw(pgs []fs.PG, x uint64) int {
	for i := range pgs {
		w := weight(&pgs[i])
		if x < w {
			return i
		}
		x -= w
	}
	return len(pgs) - 1
}

func relative(pg *fs.PG, load func(fs.PGID) int64) float64 {
	return float64(load(pg.ID)) / float64(pg.Weight)
}
