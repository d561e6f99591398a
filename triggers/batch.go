package triggers

import (
	"time"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/worker"
)

// pickBatch takes the invocations of a batch, if there is one to run: it is full, or its oldest event has waited
// for long enough, or it failed before. What failed together is retried together, and with nothing else: its members have one
// RetryAt, which no others have.
func (q *queue) pickBatch(l *line, r *rule, now int64) []fs.Invocation {
	if now < l.ripe && len(l.items) < r.batch {
		return nil // it was looked at, and what came since is younger
	}
	l.ripe = 0
	var call []fs.Invocation
	var taken []int
	mine := make(map[fs.InvocationID]bool)
	size, full := 0, false
	oldest := int64(0)
	for i := 0; i < len(l.items) && i < maxSkip+r.batch && !full; i++ {
		inv := l.items[i]
		if len(call) > 0 && (inv.Attempt != call[0].Attempt || inv.Attempt > 0 && inv.RetryAt != call[0].RetryAt) {
			continue
		}
		at, ordered := q.place(&inv)
		if id := q.busy[at]; ordered && id != 0 && id != inv.ID && !mine[id] {
			continue
		}
		e := eventOf(&inv.Event)
		if size += worker.EventSize(&e); size > worker.MaxBatch && len(call) > 0 {
			full = true
			break
		}
		if ordered && q.busy[at] == 0 {
			q.busy[at] = inv.ID
		}
		mine[inv.ID] = true
		call, taken = append(call, inv), append(taken, i)
		if since := max(inv.Event.Time, inv.RetryAt); oldest == 0 || since < oldest {
			oldest = since
		}
		full = len(call) >= r.batch
	}
	if len(call) == 0 {
		return nil
	}
	if ripe := oldest + int64(r.batchWait); !full && call[0].Attempt == 0 && now < ripe {
		l.ripe = ripe
		for _, inv := range call {
			if at, _ := q.place(&inv); q.busy[at] == inv.ID {
				delete(q.busy, at)
			}
		}
		return nil
	}
	kept := l.items[:0]
	for i, inv := range l.items {
		if len(taken) > 0 && taken[0] == i {
			taken = taken[1:]
			continue
		}
		kept = append(kept, inv)
	}
	l.items = kept
	return call
}

// eventsOf returns what a call is told.
func eventsOf(call []fs.Invocation) []wake.Event {
	events := make([]wake.Event, len(call))
	for i := range call {
		events[i] = eventOf(&call[i].Event)
	}
	return events
}

// chainOf returns the longest chain of a call's events: what it leads to is as deep as the deepest of them.
func chainOf(call []fs.Invocation) []string {
	var chain []string
	for i := range call {
		if c := call[i].Event.Chain; len(c) > len(chain) {
			chain = c
		}
	}
	return chain
}

// latency is how long the oldest event of a call has waited for its time, which is now.
func latency(call []fs.Invocation, now int64) time.Duration {
	first := call[0].Event.Time
	for i := range call {
		first = min(first, call[i].Event.Time)
	}
	return time.Duration(now - first)
}
