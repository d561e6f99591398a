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
	Workers int          // invocations at once on this node. Default: twice the CPUs, at least 4
}

// Dispatcher runs the invocations that wait in the metadata.
type Dispatcher struct {
	o Options

	programs sync.Map // version → *program
	executed atomic.Uint64

	mu       sync.Mutex
	cond     *sync.Cond // of mu: the queue changed, or the fetcher's place is free
	q        *queue
	cursor   fs.InvocationID // all up to here were fetched
	fetching bool            // one runner waits at the metadata
	triggers map[string]fs.Trigger
	closed   bool
}

// program is a compiled version, made once.
type program struct {
	once sync.Once
	prog *script.Program
	err  error
}

// maxQueue bounds the invocations that a node has in memory.
const maxQueue = 1 << 14

// NewDispatcher returns a Dispatcher; Run runs it.
func NewDispatcher(o Options) *Dispatcher {
	if o.Workers == 0 {
		o.Workers = max(4, 2*runtime.NumCPU())
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	d := &Dispatcher{o: o, q: newQueue(), triggers: make(map[string]fs.Trigger)}
	d.cond = sync.NewCond(&d.mu)
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
				inv, ok := d.next(ctx)
				if !ok {
					return
				}
				d.done(d.run(ctx, inv))
			}
		})
	}
	for ctx.Err() == nil {
		t := time.NewTimer(d.untilNext())
		select {
		case <-t.C:
			if err := d.rescan(ctx); err != nil && ctx.Err() == nil {
				d.o.Log.Warn("the queue of invocations cannot be read; trying again", "err", err)
			}
		case <-ctx.Done():
		}
		t.Stop()
	}
	wg.Wait()
	return nil
}

// untilNext is how long the keeper of Run sleeps: until a retry is due, or for the next look.
func (d *Dispatcher) untilNext() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	at := d.q.next()
	if at == 0 {
		return refreshEvery
	}
	return min(refreshEvery, max(time.Millisecond, time.Duration(at-d.o.Clock())))
}

// rescan picks up what the cursor has passed: dead letters that were sent once more, and what another
// node left; and wakes the runners for retries that are due.
func (d *Dispatcher) rescan(ctx context.Context) error {
	if err := d.Refresh(ctx); err != nil {
		return err
	}
	batch, err := d.o.Meta.Waiting(ctx, 0, fetchLimit, false)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, inv := range batch {
		if inv.ID <= d.cursor {
			d.q.add(inv, d.o.Clock())
		}
	}
	d.cond.Broadcast()
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
	for _, t := range list {
		m[t.Name] = t
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for name := range d.triggers {
		if _, ok := m[name]; !ok {
			d.q.drop(name)
		}
	}
	d.triggers = m
	d.cond.Broadcast()
	return nil
}

// fetchLimit is how many invocations are fetched at once.
const fetchLimit = 512

// next returns an invocation to run. The runner that waits for new ones at the metadata is
// the one that runs the first of them: a lone event crosses no other goroutine on its way.
func (d *Dispatcher) next(ctx context.Context) (fs.Invocation, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for !d.closed {
		if inv, ok := d.q.pick(d.o.Clock(), d.concurrencyLocked); ok {
			d.cond.Signal() // there may be more, and the fetcher's place may be free
			return inv, true
		}
		if d.fetching || len(d.q.known) >= maxQueue {
			d.cond.Wait()
			continue
		}
		d.fetchLocked(ctx)
	}
	return fs.Invocation{}, false
}

// fetchLocked waits for new invocations. It lets go of mu meanwhile.
func (d *Dispatcher) fetchLocked(ctx context.Context) {
	d.fetching = true
	after := d.cursor
	d.mu.Unlock()
	batch, err := d.o.Meta.Waiting(ctx, after, fetchLimit, true)
	if err != nil && ctx.Err() == nil {
		d.o.Log.Warn("waiting for invocations failed; trying again", "err", err)
		sleep(ctx, time.Second)
	}
	d.mu.Lock()
	d.fetching = false
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
		d.q.add(inv, now)
		d.cursor = max(d.cursor, inv.ID)
	}
}

// concurrencyLocked says how many invocations of a trigger may run at once.
func (d *Dispatcher) concurrencyLocked(name string) int {
	t, ok := d.triggers[name]
	if !ok || t.Disabled || t.Version == "" {
		return 0
	}
	return max(1, int(t.Concurrency))
}

// done ends a run.
func (d *Dispatcher) done(inv fs.Invocation, again bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.q.finish(inv, again, d.o.Clock())
	if again {
		d.cond.Broadcast()
	}
}

// Load is what the dispatcher has in hand: invocations running and queued in memory, and run since the start.
func (d *Dispatcher) Load() (running, queued int, executed uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, l := range d.q.byTrigger {
		running += l.running
	}
	return running, len(d.q.known) - running, d.executed.Load()
}

func sleep(ctx context.Context, t time.Duration) {
	timer := time.NewTimer(t)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
