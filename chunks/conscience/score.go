// Package conscience knows how every chunk server feels and where new data should
// go. It is pure: time and randomness are passed in, nothing here does I/O.
//
// Score turns one fs.ServerStatus into 0 (give it nothing) to 100 (at ease). A
// Tracker keeps the score of each server over time: it rises slowly, drops at once,
// and decays while a server is silent. Place chooses the members of a placement
// group by weighted sampling under failure-domain constraints, PolicyFor the scheme
// for a number of servers, PickPG a group for a new stripe.
//
// Scores are opinions and need no consensus: whoever leads keeps its own Tracker.
package conscience

import (
	"math"
	"sync"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// The terms of a score, each 0..1; the score is 100 times their product. The
// constants say where a term has fallen to one half.
const (
	halfLatency = 0.100 // seconds of a durable write
	halfQueue   = 64.0  // waiting requests
	halfErrors  = 0.02  // errors per request

	cpuFloor = 0.25 // what a node with no idle CPU at all is still worth
)

// Score is how much a server may be given, 0 to 100, by one status alone: the product
// of terms for free space, idle CPU, latency, queue and errors. A failed server and
// one without free space score 0. Figures that are not numbers count as the worst.
func Score(st fs.ServerStatus) float64 {
	if st.Failed != "" || st.Capacity == 0 || st.Free == 0 {
		return 0
	}
	// Linear in the free share: sampling by score times size then gives each disk in
	// proportion to its free bytes, and fullness evens out without moving anything.
	space := min(1, float64(st.Free)/float64(st.Capacity))
	cpu := cpuFloor + (1-cpuFloor)*unit(st.CPUIdle)
	s := space * cpu * half(st.Latency, halfLatency) * half(st.Queue, halfQueue) * half(st.ErrorRate, halfErrors)
	return 100 * s
}

// half falls from 1 at x = 0 through one half at x = h towards 0.
func half(x, h float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return h / (h + max(x, 0))
}

func unit(x float64) float64 {
	if math.IsNaN(x) {
		return 0
	}
	return min(1, max(0, x))
}

// Options tune a Tracker. Zero fields take their defaults.
type Options struct {
	Rise    time.Duration // time constant of a rise; default 10 s
	Expect  time.Duration // how often statuses are expected; default 2 s
	Silence time.Duration // half-life of the score of a silent server, once it is overdue; default 3 s
}

func (o Options) withDefaults() Options {
	if o.Rise <= 0 {
		o.Rise = 10 * time.Second
	}
	if o.Expect <= 0 {
		o.Expect = 2 * time.Second
	}
	if o.Silence <= 0 {
		o.Silence = 3 * time.Second
	}
	return o
}

// Tracker keeps the scores of all servers. It is safe for concurrent use.
type Tracker struct {
	opts Options // immutable

	mu      sync.Mutex
	servers map[fs.ServerID]tracked
}

type tracked struct {
	score float64
	seen  time.Time
	last  fs.ServerStatus
}

// NewTracker returns an empty tracker.
func NewTracker(o Options) *Tracker {
	return &Tracker{opts: o.withDefaults(), servers: make(map[fs.ServerID]tracked)}
}

// Observe takes in a status that arrived now. The first status of a server is
// believed as it is, a worse one at once, a better one with the time constant Rise.
func (t *Tracker) Observe(now time.Time, st fs.ServerStatus) {
	target := Score(st)
	t.mu.Lock()
	defer t.mu.Unlock()
	s, known := t.servers[st.ID]
	score := target
	if known {
		was := t.scoreLocked(now, s)
		if target > was {
			share := 1 - math.Exp(-max(0, now.Sub(s.seen).Seconds())/t.opts.Rise.Seconds())
			score = was + (target-was)*share
		}
	}
	t.servers[st.ID] = tracked{score: score, seen: now, last: st}
}

// Fail drops a server's score to 0 at once, for one that a caller could not reach.
func (t *Tracker) Fail(now time.Time, id fs.ServerID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.servers[id]
	s.score, s.seen = 0, now
	s.last.ID = id
	t.servers[id] = s
}

// Forget removes a server.
func (t *Tracker) Forget(id fs.ServerID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.servers, id)
}

// Score is a server's score now, 0 to 100. A server never heard of scores 0.
func (t *Tracker) Score(now time.Time, id fs.ServerID) float64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, ok := t.servers[id]
	if !ok {
		return 0
	}
	return t.scoreLocked(now, s)
}

// Last is the latest status of a server and when it came.
func (t *Tracker) Last(id fs.ServerID) (st fs.ServerStatus, seen time.Time, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, ok := t.servers[id]
	return s.last, s.seen, ok
}

func (t *Tracker) scoreLocked(now time.Time, s tracked) float64 {
	overdue := now.Sub(s.seen) - 2*t.opts.Expect
	if overdue <= 0 {
		return s.score
	}
	return s.score * math.Exp2(-overdue.Seconds()/t.opts.Silence.Seconds())
}
