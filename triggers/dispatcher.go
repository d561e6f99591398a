package triggers

import (
	"context"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/client"
	"github.com/wakefs/wakefs/triggers/script"
	"github.com/wakefs/wakefs/triggers/worker"
)

// Options configure a Dispatcher. All but Workers, Logger and the zero-able ones are required.
type Options struct {
	Meta    fs.Meta         // a session of the dispatcher's own
	Stripes *client.Stripes // the node's
	Pool    *worker.Pool
	Output  *Log
	Clock   func() int64 // ns since the Unix epoch
	Log     *slog.Logger // nil: discard
	Workers int          // calls at once on this node. Default: twice the CPUs, at least 4
	// Idle tells what share of the node, 0 to 1, foreground work leaves; //wake:idle goes by it. It is asked a few times a
	// second at most, by one goroutine. nil: all of it.
	Idle func() float64
	// OwnerLimits bound what all functions of one owner together use on this node; root's have none.
	OwnerLimits []fs.Limit
	HTTP        *Outbound // nil: functions can send no requests
	Secrets     *Secrets  // nil: there are none
}

// Dispatcher runs the invocations that wait in the metadata.
type Dispatcher struct {
	o     Options
	trial bool // of Try: there is no node

	programs sync.Map // version → *program
	executed atomic.Uint64

	poke      chan struct{}              // wakes the keeper; holds one
	schedules map[string]script.Schedule // by their text; only the keeper uses it
	policy    idlePolicy                 // only the keeper uses it

	mu        sync.Mutex
	cond      *sync.Cond // of mu: the queue changed, or the fetcher's place is free
	q         *queue
	cursor    fs.InvocationID // all up to here were seen
	fetching  bool            // one runner waits at the metadata
	refilling bool            // one reads what was skipped
	fetched   int             // invocations read from the metadata, each as often as it was
	active    int             // calls
	quiet     bool            // the node has little else to do
	nextDue   int64           // ns, the next time of a schedule; 0: there is none
	sleepsTo  int64           // ns, when the keeper wakes by itself
	triggers  map[string]fs.Trigger
	closed    bool
}

// program is a compiled version, made once.
type program struct {
	once sync.Once
	prog *script.Program
	err  error
}

// NewDispatcher returns a Dispatcher; Run runs it.
func NewDispatcher(o Options) *Dispatcher {
	if o.Workers == 0 {
		o.Workers = max(4, 2*runtime.NumCPU())
	}
	if o.Idle == nil {
		o.Idle = func() float64 { return 1 }
	}
	if o.HTTP == nil {
		o.HTTP = &Outbound{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d := &Dispatcher{o: o, q: newQueue(), poke: make(chan struct{}, 1), quiet: true, policy: idlePolicy{on: true}, triggers: make(map[string]fs.Trigger), schedules: make(map[string]script.Schedule)}
	d.cond = sync.NewCond(&d.mu)
	d.q.meters.ofOwner = o.OwnerLimits
	return d
}

// refreshEvery is how often the registrations and the oldest waiting invocations are looked
// at anew, for what changed without this node's doing.
const refreshEvery = 2 * time.Second

// Run runs invocations until ctx ends, and returns when the last has ended.
func (d *Dispatcher) Run(ctx context.Context) error {
	if err := d.Refresh(ctx); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() {
		d.mu.Lock()
		d.closed = true
		d.cond.Broadcast()
		d.mu.Unlock()
	})
	defer stop()
	var wg sync.WaitGroup
	for range d.o.Workers + 1 { // one of them waits for more
		wg.Go(func() {
			for {
				call := d.next(ctx)
				if call == nil {
					return
				}
				again, cpu := d.run(ctx, call)
				d.done(call, again, cpu)
			}
		})
	}
	d.keep(ctx)
	wg.Wait()
	return nil
}

// keep wakes the runners for what waited for its time, follows the schedules, and looks at the
// registrations and the oldest invocations anew, until ctx ends.
func (d *Dispatcher) keep(ctx context.Context) {
	looked := d.o.Clock()
	for ctx.Err() == nil {
		t := time.NewTimer(d.untilNext())
		select {
		case <-t.C:
		case <-d.poke:
		case <-ctx.Done():
		}
		t.Stop()
		if now := d.o.Clock(); now-looked >= int64(refreshEvery) {
			looked = now
			if err := d.Rescan(ctx); err != nil && ctx.Err() == nil {
				d.o.Log.Warn("the queue of invocations cannot be read; trying again", "err", err)
			}
		}
		if err := d.schedule(ctx); err != nil && ctx.Err() == nil {
			d.o.Log.Warn("the event of a schedule cannot be queued; trying again", "err", err)
			sleep(ctx, time.Second)
		}
		quiet := d.policy.quiet(d.o.Idle())
		d.mu.Lock()
		d.quiet = quiet
		d.q.due(d.o.Clock())
		d.cond.Broadcast()
		d.mu.Unlock()
	}
}

// idleEvery is how often the load of the node is looked at while there is work for idle times.
const idleEvery = 500 * time.Millisecond

// untilNext is how long the keeper sleeps: until something that waits for its time may run, or for the next look.
func (d *Dispatcher) untilNext() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	wait := refreshEvery
	if d.q.idleBacklog() {
		wait = idleEvery
	}
	now := d.o.Clock()
	for _, at := range []int64{d.q.next(), d.nextDue} {
		if at != 0 {
			wait = min(wait, max(time.Millisecond, time.Duration(at-now)))
		}
	}
	d.sleepsTo = now + int64(wait)
	return wait
}

// pokeLocked wakes the keeper if something is to run before it would wake.
func (d *Dispatcher) pokeLocked() {
	if at := d.q.next(); at != 0 && at < d.sleepsTo {
		d.sleepsTo = at
		d.pokeKeeper()
	}
}

func (d *Dispatcher) pokeKeeper() {
	select {
	case d.poke <- struct{}{}:
	default: // it has been woken
	}
}

// Rescan picks up what the cursor has passed: dead letters that were sent once more, and what another
// node left.
func (d *Dispatcher) Rescan(ctx context.Context) error {
	if err := d.Refresh(ctx); err != nil {
		return err
	}
	batch, err := d.o.Meta.Waiting(ctx, "", 0, fetchLimit, false)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, inv := range batch {
		if inv.ID <= d.cursor {
			d.q.offer(inv, d.o.Clock())
		}
	}
	return nil
}

// Refresh reads the registrations anew. Whoever changes one calls it, so that the change is
// in force for the next invocation.
func (d *Dispatcher) Refresh(ctx context.Context) error {
	list, err := d.o.Meta.Triggers(ctx)
	if err != nil {
		return err
	}
	m := make(map[string]fs.Trigger, len(list))
	rules := make(map[string]rule, len(list))
	for i := range list {
		m[list[i].Name] = list[i]
		rules[list[i].Name] = ruleOf(&list[i])
		if rules[list[i].Name].concurrency > 0 {
			d.o.Pool.Warm()
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.q.configure(rules, d.o.Clock())
	for name, t := range m {
		if old, ok := d.triggers[name]; ok && t.Stats.Dead < old.Stats.Dead {
			d.q.rewind(name) // dead letters wait once more, under the IDs they had
		}
	}
	d.triggers = m
	d.cond.Broadcast()
	if d.nextDue == 0 {
		d.pokeKeeper() // there may be a schedule now
	}
	return nil
}

// Forget reads anew what waits for a trigger, some of which has been dropped.
func (d *Dispatcher) Forget(trigger string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.triggers[trigger]; ok {
		d.q.drop(trigger)
		d.q.rewind(trigger)
		d.cond.Broadcast()
	}
}

func ruleOf(t *fs.Trigger) rule {
	r := rule{batch: int(t.Batch), batchWait: time.Duration(t.BatchWait), settle: t.Settle > 0, idle: t.Idle, order: t.Order, owner: t.Owner.UID, limits: t.Limits}
	if !t.Disabled && t.Version != "" {
		r.concurrency = max(1, int(t.Concurrency))
	}
	return r
}

// fetchLimit is how many invocations are fetched at once.
const fetchLimit = 512

// next returns the invocations of the next call, or nil when the dispatcher has been stopped. The runner that waits for new ones
// at the metadata is the one that runs the first of them: a lone event crosses no other goroutine on its way. There is always one
// that waits, however much there is to run, so that what is new is seen.
func (d *Dispatcher) next(ctx context.Context) []fs.Invocation {
	d.mu.Lock()
	defer d.mu.Unlock()
	for !d.closed {
		if d.active < d.o.Workers {
			if l := d.q.lean(); l != nil && !d.refilling {
				d.refillLocked(ctx, l)
				continue
			}
			if call := d.q.pick(d.o.Clock(), d.quiet); call != nil {
				d.active++
				d.cond.Signal() // there may be more, and the fetcher's place may be free
				return call
			}
			d.pokeLocked()
		}
		if d.fetching {
			d.cond.Wait()
			continue
		}
		d.fetchLocked(ctx)
	}
	return nil
}

// fetchLocked waits for new invocations. It lets go of mu meanwhile.
func (d *Dispatcher) fetchLocked(ctx context.Context) {
	d.fetching = true
	after := d.cursor
	d.mu.Unlock()
	batch, err := d.o.Meta.Waiting(ctx, "", after, fetchLimit, true)
	if err != nil && ctx.Err() == nil {
		d.o.Log.Warn("waiting for invocations failed; trying again", "err", err)
		sleep(ctx, time.Second)
	}
	d.mu.Lock()
	d.fetching = false
	d.fetched += len(batch)
	now := d.o.Clock()
	for _, inv := range batch {
		if _, ok := d.triggers[inv.Trigger]; !ok {
			// Registered since the last look: one that is not there at all has no waiting invocations.
			d.mu.Unlock()
			err := d.Refresh(ctx)
			d.mu.Lock()
			if err != nil {
				return // the cursor stays: it is fetched again
			}
		}
		d.q.offer(inv, now)
		d.cursor = max(d.cursor, inv.ID)
	}
}

// refillLocked reads what a line has skipped. It lets go of mu meanwhile.
func (d *Dispatcher) refillLocked(ctx context.Context, l *line) {
	d.refilling = true
	through := d.cursor // no older one waits that the answer has not, if it is the last
	after := l.skipped - 1
	d.mu.Unlock()
	page, err := d.o.Meta.Waiting(ctx, l.trigger, after, fetchLimit, false)
	if err != nil && ctx.Err() == nil {
		d.o.Log.Warn("reading the queue of invocations failed; trying again", "err", err)
		sleep(ctx, time.Second)
	}
	d.mu.Lock()
	d.refilling = false
	d.fetched += len(page)
	if err != nil || l.skipped != after+1 { // or it is to look at something else now
		return
	}
	if n := len(page); n == fetchLimit {
		through = page[n-1].ID
	}
	d.q.refill(l, page, through, d.cursor, d.o.Clock())
	d.cond.Broadcast()
}

// done ends a call that took some CPU, some of whose invocations may have to be run again.
func (d *Dispatcher) done(call, again []fs.Invocation, cpu time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.active--
	d.q.finish(call, again, int64(cpu), d.o.Clock())
	if again != nil {
		d.cond.Broadcast()
	}
}

// Limited is until when a trigger's waiting events are held up by limits; zero if they are not.
func (d *Dispatcher) Limited(trigger string) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.q.lines[trigger]
	if l == nil || len(l.items) == 0 || l.limited <= d.o.Clock() {
		return time.Time{}
	}
	return time.Unix(0, l.limited)
}

// Load is what the dispatcher has in hand: calls running and invocations queued in memory, and calls made since the start.
func (d *Dispatcher) Load() (running, queued int, executed uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, l := range d.q.order {
		queued += l.held + l.retrying
	}
	return d.active, queued, d.executed.Load()
}

func sleep(ctx context.Context, t time.Duration) {
	timer := time.NewTimer(t)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
