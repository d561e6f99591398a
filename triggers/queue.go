package triggers

import (
	"cmp"
	"container/heap"
	"path"
	"slices"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// queue is the part of the invocations that a node has in memory: what may run now, what
// waits for its time, and what runs. Each trigger has a window of its own on the invocations that wait in the metadata, so
// that a long backlog of one keeps no other's from being seen. Not safe for concurrent use; Dispatcher.mu guards it.
type queue struct {
	lines    map[string]*line
	order    []*line // all of them
	owners   []*owner
	turn     int // of an owner
	widest   int // window of a line
	delayed  delayed
	settling map[place]*later          // the first attempt that waits for a file to be quiet
	known    map[fs.InvocationID]bool  // queued, delayed or running
	busy     map[place]fs.InvocationID // whose turn it is: it runs, or waits to be retried
	rules    map[string]rule           // by trigger
	meters   meters
}

// rule is what of a registration says how its invocations are run.
type rule struct {
	concurrency int // calls at once; 0: none now
	batch       int // events of a call at most; 0: one
	batchWait   time.Duration
	settle      bool // first attempts wait for their file to be quiet
	idle        bool
	order       fs.Order
	owner       uint32
	limits      []fs.Limit
}

// line is one trigger's invocations in memory.
type line struct {
	trigger  string
	items    []fs.Invocation // that may run, in the order of their IDs
	running  int             // calls
	held     int             // items, and first attempts that are delayed
	retrying int             // delayed after a failure
	// skipped is the lowest ID that was seen and not taken in: all of the trigger's that wait below it
	// are in memory, from it on they may not be. 0: none was skipped.
	skipped fs.InvocationID
	ripe    int64 // ns, when a batch that is not full is to run; 0: there is none
	limited int64 // ns, when its limits allow the next call; 0: they did when it was last looked at
}

// owner is a user's lines. Owners have turns, and an owner's triggers have the owner's in turn: who has more of them gets no more.
type owner struct {
	uid   uint32
	lines []*line
	turn  int
}

// place is what the events of one trigger that are handled one after the other have in common.
type place struct {
	trigger string
	ino     fs.Ino
	dir     string
}

const (
	// windowAll bounds what is in memory of all triggers, but each may have windowMin.
	windowAll = 1 << 14
	windowMin = 16
	windowMax = 512
	// maxSkip is how many invocations of one trigger are passed over because their places are busy.
	maxSkip = 64
	// idleAging is how long work for idle times waits before it is done in busy ones, a call at a time.
	idleAging = 10 * time.Minute
)

func newQueue() *queue {
	return &queue{
		lines: make(map[string]*line), widest: windowMax, settling: make(map[place]*later), known: make(map[fs.InvocationID]bool),
		busy: make(map[place]fs.InvocationID), rules: make(map[string]rule),
	}
}

func (q *queue) line(trigger string) *line {
	l := q.lines[trigger]
	if l == nil {
		l = &line{trigger: trigger}
		q.lines[trigger] = l
		q.order = append(q.order, l)
		q.seat(l)
	}
	return l
}

// seat gives a line to its owner.
func (q *queue) seat(l *line) {
	uid := q.rules[l.trigger].owner
	i := slices.IndexFunc(q.owners, func(o *owner) bool { return o.uid == uid })
	if i < 0 {
		i = len(q.owners)
		q.owners = append(q.owners, &owner{uid: uid})
	}
	q.owners[i].lines = append(q.owners[i].lines, l)
}

// window is how many invocations of a trigger are taken in.
func (q *queue) window(l *line) int {
	return max(min(windowAll/len(q.order), q.widest), windowMin, 2*q.rules[l.trigger].batch)
}

func (q *queue) room(l *line) bool {
	w := q.window(l)
	return l.held < w && l.retrying < 4*w
}

// lean returns the line that has the most need of what it skipped, or nil.
func (q *queue) lean() *line {
	var best *line
	for _, l := range q.order {
		if l.skipped != 0 && 2*l.held < q.window(l) && q.room(l) && (best == nil || l.held < best.held) {
			best = l
		}
	}
	return best
}

// offer takes in an invocation that was read from the metadata, if there is room for it in its line.
func (q *queue) offer(inv fs.Invocation, now int64) {
	l := q.line(inv.Trigger)
	switch {
	case q.known[inv.ID] || l.skipped != 0 && inv.ID >= l.skipped:
	case !q.room(l):
		l.skipped = inv.ID
	default:
		q.add(inv, now)
	}
}

// refill takes in what the metadata has of a line's that it skipped: page holds those that wait from l.skipped on, up to
// through. At the cursor and above it there is nothing to catch up with.
func (q *queue) refill(l *line, page []fs.Invocation, through, cursor fs.InvocationID, now int64) {
	for _, inv := range page {
		if !q.known[inv.ID] {
			if !q.room(l) {
				l.skipped = inv.ID
				return
			}
			q.add(inv, now)
		}
		l.skipped = inv.ID + 1
	}
	if l.skipped = max(l.skipped, through+1); through >= cursor {
		l.skipped = 0
	}
}

// rewind makes a line look at all that waits in the metadata once more.
func (q *queue) rewind(trigger string) { q.line(trigger).skipped = 1 }

// add takes in an invocation that is not known.
func (q *queue) add(inv fs.Invocation, now int64) {
	q.known[inv.ID] = true
	if at, ok := q.place(&inv); ok && inv.Attempt > 0 && inv.RetryAt > now && q.busy[at] == 0 {
		q.busy[at] = inv.ID // it is to be retried before later ones
	}
	q.put(inv, now)
}

// place returns where an invocation is in the way of others, if anywhere.
func (q *queue) place(inv *fs.Invocation) (place, bool) {
	p := place{trigger: inv.Trigger}
	switch q.rules[inv.Trigger].order {
	case fs.OrderNone:
		return p, false
	case fs.OrderFile:
		p.ino = inv.Event.Ino
	case fs.OrderDirectory:
		p.dir = path.Dir(inv.Event.Path)
	}
	return p, true
}

func (q *queue) put(inv fs.Invocation, now int64) {
	l := q.line(inv.Trigger)
	if inv.RetryAt > now {
		q.delay(l, inv)
		return
	}
	l.held++
	if inv.Attempt > 0 || len(l.items) > 0 && inv.ID < l.items[len(l.items)-1].ID {
		l.ripe = 0 // the batch may be another
	}
	i, _ := slices.BinarySearchFunc(l.items, inv.ID, func(x fs.Invocation, id fs.InvocationID) int { return cmp.Compare(x.ID, id) })
	l.items = slices.Insert(l.items, i, inv)
}

// delay keeps an invocation until its time comes. An older event of a file that waits to be quiet is gone, as it is
// from the metadata.
func (q *queue) delay(l *line, inv fs.Invocation) {
	w := &later{inv: inv, retry: inv.Attempt > 0 || !q.rules[inv.Trigger].settle}
	heap.Push(&q.delayed, w)
	if w.retry {
		l.retrying++
		return
	}
	l.held++
	at := place{trigger: inv.Trigger, ino: inv.Event.Ino}
	old := q.settling[at]
	switch {
	case old == nil:
		q.settling[at] = w
	case old.inv.ID < inv.ID:
		q.settling[at] = w
		if old.inv.RetryAt > inv.Event.Time {
			heap.Remove(&q.delayed, old.at)
			l.held--
			delete(q.known, old.inv.ID)
		}
	}
}

// due makes what was delayed until now ready.
func (q *queue) due(now int64) {
	for len(q.delayed) > 0 && q.delayed[0].inv.RetryAt <= now {
		w := heap.Pop(&q.delayed).(*later)
		q.undelay(w)
		q.put(w.inv, now)
	}
}

func (q *queue) undelay(w *later) {
	l := q.line(w.inv.Trigger)
	if w.retry {
		l.retrying--
		return
	}
	l.held--
	if at := (place{trigger: w.inv.Trigger, ino: w.inv.Event.Ino}); q.settling[at] == w {
		delete(q.settling, at)
	}
}

// pick takes the invocations of the next call that may be made: owners in turn, the triggers of each in turn, each trigger within its
// concurrency; the events of one place in order. quiet says that the node has little else to do.
func (q *queue) pick(now int64, quiet bool) []fs.Invocation {
	q.due(now)
	for range q.owners {
		q.turn = (q.turn + 1) % len(q.owners)
		o := q.owners[q.turn]
		for range o.lines {
			o.turn = (o.turn + 1) % len(o.lines)
			if call := q.pickLine(o.lines[o.turn], now, quiet); call != nil {
				return call
			}
		}
	}
	return nil
}

func (q *queue) pickLine(l *line, now int64, quiet bool) (call []fs.Invocation) {
	r := q.rules[l.trigger]
	if len(l.items) == 0 || l.running >= r.allowed(quiet, time.Duration(now-l.items[0].Event.Time)) {
		l.ripe, l.limited = 0, 0
		return nil
	}
	if l.limited = q.meters.wait(l.trigger, r.owner, now); l.limited != 0 {
		l.ripe = 0
		return nil
	}
	if r.batch > 0 {
		call = q.pickBatch(l, &r, now)
	} else {
		call = q.pickOne(l)
	}
	if call != nil {
		q.meters.use(l.trigger, r.owner, 1, 0)
		l.running++
		l.held -= len(call)
	}
	return call
}

// allowed is how many calls may run at once. waited is how long the oldest invocation has waited.
func (r *rule) allowed(quiet bool, waited time.Duration) int {
	if r.idle && !quiet {
		if waited < idleAging {
			return 0
		}
		return min(1, r.concurrency)
	}
	return r.concurrency
}

func (q *queue) pickOne(l *line) []fs.Invocation {
	for i := 0; i < len(l.items) && i < maxSkip; i++ {
		inv := l.items[i]
		at, ordered := q.place(&inv)
		if id := q.busy[at]; ordered && id != 0 && id != inv.ID {
			continue
		}
		if ordered {
			q.busy[at] = inv.ID
		}
		if i == 0 {
			l.items = l.items[1:]
		} else {
			l.items = slices.Delete(l.items, i, i+1)
		}
		return []fs.Invocation{inv}
	}
	return nil
}

// finish ends a call, which took ns of CPU. again are those of its invocations that wait for their RetryAt; the others are forgotten.
func (q *queue) finish(call, again []fs.Invocation, cpu, now int64) {
	l := q.line(call[0].Trigger)
	q.meters.use(l.trigger, q.rules[l.trigger].owner, 0, cpu)
	l.running--
	for _, inv := range call {
		if slices.ContainsFunc(again, func(x fs.Invocation) bool { return x.ID == inv.ID }) {
			continue
		}
		if at, _ := q.place(&inv); q.busy[at] == inv.ID {
			delete(q.busy, at)
		}
		delete(q.known, inv.ID)
	}
	for _, inv := range again { // later events of their places wait for them
		if at, ordered := q.place(&inv); ordered && q.busy[at] == 0 {
			q.busy[at] = inv.ID // another of the batch had the turn
		}
		q.put(inv, now)
	}
}

// next is when something that waits for its time may run, ns; 0: nothing does.
func (q *queue) next() int64 {
	at := int64(0)
	if len(q.delayed) > 0 {
		at = q.delayed[0].inv.RetryAt
	}
	for _, l := range q.order {
		for _, t := range []int64{l.ripe, l.limited} {
			if t != 0 && (at == 0 || t < at) {
				at = t
			}
		}
	}
	return at
}

// idleBacklog tells whether work for idle times waits.
func (q *queue) idleBacklog() bool {
	return slices.ContainsFunc(q.order, func(l *line) bool { return len(l.items) > 0 && q.rules[l.trigger].idle })
}

// configure sets the rules. What waits of a trigger that is not among them is forgotten.
func (q *queue) configure(rules map[string]rule, now int64) {
	q.meters.configure(rules, now)
	for name, r := range q.rules {
		next, ok := rules[name]
		if !ok {
			q.drop(name)
		} else if next.order != r.order {
			// The turns are others'. Who has one by the old order runs on beside the first by the new one.
			for at := range q.busy {
				if at.trigger == name {
					delete(q.busy, at)
				}
			}
		}
	}
	q.rules = rules
	for _, o := range q.owners {
		o.lines = o.lines[:0]
	}
	for _, l := range q.order {
		q.seat(l)
	}
}

// drop forgets the waiting invocations of a trigger that is gone.
func (q *queue) drop(trigger string) {
	l := q.lines[trigger]
	if l == nil {
		return
	}
	gone := l.items
	for i := 0; i < len(q.delayed); {
		w := q.delayed[i]
		if w.inv.Trigger != trigger {
			i++
			continue
		}
		heap.Remove(&q.delayed, i)
		q.undelay(w)
		gone = append(gone, w.inv)
	}
	for _, inv := range gone {
		delete(q.known, inv.ID)
		if at, _ := q.place(&inv); q.busy[at] == inv.ID {
			delete(q.busy, at)
		}
	}
	l.items, l.held, l.skipped, l.ripe, l.limited = nil, 0, 0, 0, 0
}

// later is an invocation that waits for its RetryAt.
type later struct {
	inv   fs.Invocation
	retry bool // after a failure
	at    int  // its index in the heap
}

// delayed is a heap by RetryAt, of equal ones by ID.
type delayed []*later

func (d delayed) Len() int { return len(d) }
func (d delayed) Less(i, j int) bool {
	a, b := &d[i].inv, &d[j].inv
	return a.RetryAt < b.RetryAt || a.RetryAt == b.RetryAt && a.ID < b.ID
}
func (d delayed) Swap(i, j int) {
	d[i], d[j] = d[j], d[i]
	d[i].at, d[j].at = i, j
}
func (d *delayed) Push(x any) {
	w := x.(*later)
	w.at = len(*d)
	*d = append(*d, w)
}
func (d *delayed) Pop() any {
	old := *d
	w := old[len(old)-1]
	*d = old[:len(old)-1]
	return w
}
