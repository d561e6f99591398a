package triggers

import (
	"container/heap"

	"github.com/wakefs/wakefs/fs"
)

// queue is the part of the invocations that a node has in memory: what may run now, what
// waits for its time, and what runs. Not safe for concurrent use; Dispatcher.mu guards it.
type queue struct {
	byTrigger map[string]*line
	order     []string // the triggers, in the order of their turns
	turn      int
	delayed   delayed
	known     map[fs.InvocationID]bool   // queued, delayed or running
	busy      map[fileOf]fs.InvocationID // the invocation whose turn it is with a file: it runs, or waits to be retried
}

// line is the invocations of one trigger that may run, in the order of their IDs.
type line struct {
	items   []fs.Invocation
	running int
}

// fileOf is one file as one trigger sees it: its events are handled in order.
type fileOf struct {
	trigger string
	ino     fs.Ino
}

func newQueue() *queue {
	return &queue{byTrigger: make(map[string]*line), known: make(map[fs.InvocationID]bool), busy: make(map[fileOf]fs.InvocationID)}
}

// add takes in an invocation, unless it is known.
func (q *queue) add(inv fs.Invocation, now int64) bool {
	if q.known[inv.ID] {
		return false
	}
	q.known[inv.ID] = true
	if f := (fileOf{inv.Trigger, inv.Event.Ino}); inv.RetryAt > now && q.busy[f] == 0 {
		q.busy[f] = inv.ID
	}
	q.put(inv, now)
	return true
}

func (q *queue) put(inv fs.Invocation, now int64) {
	if inv.RetryAt > now {
		heap.Push(&q.delayed, inv)
		return
	}
	l := q.byTrigger[inv.Trigger]
	if l == nil {
		l = &line{}
		q.byTrigger[inv.Trigger] = l
		q.order = append(q.order, inv.Trigger)
	}
	i := len(l.items)
	for i > 0 && l.items[i-1].ID > inv.ID {
		i--
	}
	l.items = append(l.items, fs.Invocation{})
	copy(l.items[i+1:], l.items[i:])
	l.items[i] = inv
}

// maxSkip is how many invocations of one trigger are passed over because their files are busy.
const maxSkip = 64

// pick takes the next invocation that may run: triggers in turn, each within its
// concurrency; the events of one file in order. may says whether a trigger runs at all, and how many at once.
func (q *queue) pick(now int64, may func(trigger string) (concurrency int)) (fs.Invocation, bool) {
	for len(q.delayed) > 0 && q.delayed[0].RetryAt <= now {
		q.put(heap.Pop(&q.delayed).(fs.Invocation), now)
	}
	for range q.order {
		q.turn = (q.turn + 1) % len(q.order)
		name := q.order[q.turn]
		l := q.byTrigger[name]
		if len(l.items) == 0 || l.running >= may(name) {
			continue
		}
		for i := 0; i < len(l.items) && i < maxSkip; i++ {
			inv := l.items[i]
			if id := q.busy[fileOf{name, inv.Event.Ino}]; id != 0 && id != inv.ID {
				continue
			}
			if i == 0 {
				l.items = l.items[1:]
			} else {
				l.items = append(l.items[:i], l.items[i+1:]...)
			}
			l.running++
			q.busy[fileOf{name, inv.Event.Ino}] = inv.ID
			return inv, true
		}
	}
	return fs.Invocation{}, false
}

// finish ends a run. With again the invocation waits for its RetryAt, else it is forgotten.
func (q *queue) finish(inv fs.Invocation, again bool, now int64) {
	q.byTrigger[inv.Trigger].running--
	if again { // later events of the file wait for it
		q.put(inv, now)
		return
	}
	delete(q.busy, fileOf{inv.Trigger, inv.Event.Ino})
	delete(q.known, inv.ID)
}

// next is when the first delayed invocation may run, ns; 0: there is none.
func (q *queue) next() int64 {
	if len(q.delayed) == 0 {
		return 0
	}
	return q.delayed[0].RetryAt
}

// drop forgets the waiting invocations of a trigger that is gone.
func (q *queue) drop(trigger string) {
	if l := q.byTrigger[trigger]; l != nil {
		for _, inv := range l.items {
			delete(q.known, inv.ID)
			if f := (fileOf{trigger, inv.Event.Ino}); q.busy[f] == inv.ID {
				delete(q.busy, f)
			}
		}
		l.items = nil
	}
}

// delayed is a heap by RetryAt.
type delayed []fs.Invocation

func (d delayed) Len() int           { return len(d) }
func (d delayed) Less(i, j int) bool { return d[i].RetryAt < d[j].RetryAt }
func (d delayed) Swap(i, j int)      { d[i], d[j] = d[j], d[i] }
func (d *delayed) Push(x any)        { *d = append(*d, x.(fs.Invocation)) }
func (d *delayed) Pop() any {
	old := *d
	x := old[len(old)-1]
	*d = old[:len(old)-1]
	return x
}
