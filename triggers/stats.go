package triggers

import (
	"slices"
	"sync"
	"time"
)

// Pace is how a function has been doing on this node.
type Pace struct {
	Rate   float64       `json:"rate"`        // calls per second, over the last minute
	Calls  int           `json:"calls"`       // the last ones, of which the following are
	P50    time.Duration `json:"p50_ns"`      // of a call
	P99    time.Duration `json:"p99_ns"`      //
	Wake50 time.Duration `json:"wake_p50_ns"` // from the event to the start of its first attempt
	Wake99 time.Duration `json:"wake_p99_ns"` //
	Used   Used          `json:"used"`        // since the node started
	Last   string        `json:"last"`        // result of the last call
	LastAt time.Time     `json:"last_at,omitzero"`
}

// Used is what calls of a function used and came to.
type Used struct {
	Calls     map[string]uint64 `json:"calls"` // by result
	CPU       time.Duration     `json:"cpu_ns"`
	Wall      time.Duration     `json:"wall_ns"`
	Read      int64             `json:"read"`      // bytes
	Written   int64             `json:"written"`   // bytes
	Ops       int64             `json:"ops"`       // operations on files
	Conflicts uint64            `json:"conflicts"` // runs that were repeated because what they had read was changed meanwhile
}

const (
	paceCalls = 512             // whose times are kept of a function
	rateSlots = 12              // of a rate
	rateSlot  = 5 * time.Second // length of one
)

// stats are the figures of all functions. The zero value is empty. It is safe for concurrent use.
type stats struct {
	mu sync.Mutex // leaf
	m  map[string]*figures
}

type figures struct {
	used   Used
	last   string
	lastAt time.Time
	wall   window
	wake   window
	rate   [rateSlots]struct{ slot, calls int64 }
}

// window is the last durations of something.
type window struct {
	list []time.Duration // of paceCalls at most; the oldest is at next
	next int
}

func (w *window) add(d time.Duration) {
	if len(w.list) < paceCalls {
		w.list = append(w.list, d)
		return
	}
	w.list[w.next] = d
	w.next = (w.next + 1) % paceCalls
}

// quantiles returns the median and the 99th percentile by nearest rank, to 10 µs; 0 of none.
func (w *window) quantiles() (p50, p99 time.Duration) {
	n := len(w.list)
	if n == 0 {
		return 0, 0
	}
	s := slices.Sorted(slices.Values(w.list))
	at := func(p int) time.Duration { return s[max(0, (n*p+99)/100-1)].Round(10 * time.Microsecond) }
	return at(50), at(99)
}

// note counts an entry of the log that is of a call.
func (s *stats) note(e *Entry) {
	if e.Invocation == 0 || e.Result == "dropped" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.m[e.Trigger]
	if f == nil {
		if s.m == nil {
			s.m = make(map[string]*figures)
		}
		f = &figures{used: Used{Calls: make(map[string]uint64)}}
		s.m[e.Trigger] = f
	}
	u := &f.used
	u.Calls[e.Result]++
	u.CPU += e.CPU
	u.Wall += e.Wall
	u.Read += e.Read
	u.Written += e.Written
	u.Ops += e.Ops
	u.Conflicts += uint64(e.Conflicts)
	f.last, f.lastAt = e.Result, e.Time
	f.wall.add(e.Wall)
	if e.Attempt == 1 {
		f.wake.add(e.Latency)
	}
	slot := e.Time.UnixNano() / int64(rateSlot)
	r := &f.rate[slot%rateSlots]
	if r.slot != slot {
		r.slot, r.calls = slot, 0
	}
	r.calls++
}

// pace returns the figures of a function; ok is false if it was never called.
func (s *stats) pace(trigger string, now time.Time) (p Pace, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.m[trigger]
	if f == nil {
		return p, false
	}
	p = Pace{Calls: len(f.wall.list), Used: f.used, Last: f.last, LastAt: f.lastAt}
	p.Used.Calls = make(map[string]uint64, len(f.used.Calls))
	for result, n := range f.used.Calls {
		p.Used.Calls[result] = n
	}
	p.P50, p.P99 = f.wall.quantiles()
	p.Wake50, p.Wake99 = f.wake.quantiles()
	slot, calls := now.UnixNano()/int64(rateSlot), int64(0)
	for _, r := range f.rate {
		if r.slot > slot-rateSlots && r.slot <= slot {
			calls += r.calls
		}
	}
	// The slot of now has only begun.
	span := (rateSlots-1)*rateSlot + time.Duration(now.UnixNano()%int64(rateSlot))
	p.Rate = float64(calls) / span.Seconds()
	return p, true
}

// forget drops the figures of a function that is gone.
func (s *stats) forget(trigger string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.m, trigger)
}
