package worker

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/wakefs/wakefs/triggers/script"
	"github.com/wakefs/wakefs/triggers/wake"
)

// ErrClosed is returned by the methods of a closed Pool.
var ErrClosed = errors.New("worker pool is closed")

// Options are the settings of a Pool. A zero field means its default.
type Options struct {
	MaxRunning   int           // invocations at a time; default four for each core
	MaxIdle      int           // idle workers kept with their script loaded; default two for each core and at least 16; negative for none
	IdleTimeout  time.Duration // after which an idle worker is ended; default 30 s
	Blank        int           // workers without a script kept ready once the first is needed; default 1; negative for none
	StartTimeout time.Duration // for a new worker to be ready; default 20 s
	MaxOutput    int           // bytes of output kept of one invocation; default 64 KiB
	// Foreground tells whether there is work that goes before that of functions: then one CPU is kept free of workers. It is asked
	// every 10 ms while functions run, and is not to block. nil: there never is.
	Foreground func() bool
}

func (o *Options) setDefaults() {
	def := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
		*v = max(*v, 0)
	}
	cores := runtime.NumCPU()
	def(&o.MaxRunning, 4*cores)
	o.MaxRunning = max(o.MaxRunning, 1)
	def(&o.MaxIdle, max(16, 2*cores))
	def(&o.Blank, 1)
	def(&o.MaxOutput, 64<<10)
	if o.IdleTimeout == 0 {
		o.IdleTimeout = 30 * time.Second
	}
	if o.StartTimeout == 0 {
		o.StartTimeout = 20 * time.Second
	}
}

// Pool runs invocations in worker processes. It starts none before it needs one. Its methods may be called by several
// goroutines.
type Pool struct {
	opt     Options
	spawner *spawner
	monitor monitor
	slots   chan struct{} // one for each running invocation
	starts  sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	serial   int        // of the last worker
	idle     []*process // with a script loaded, the longest unused first
	blank    []*process
	starting int // blank workers on their way
	running  map[*process]struct{}
	layers   []string // of the last worker started
	reaper   *time.Timer
}

// NewPool returns a Pool. Close it.
func NewPool(opt Options) *Pool {
	opt.setDefaults()
	p := &Pool{
		opt: opt, spawner: newSpawner(), slots: make(chan struct{}, opt.MaxRunning), running: map[*process]struct{}{},
	}
	p.monitor.init(opt.Foreground)
	return p
}

// Close ends all workers, also those that run; their Invokes return ErrClosed.
func (p *Pool) Close() error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return ErrClosed
	}
	p.closed = true
	if p.reaper != nil {
		p.reaper.Stop()
	}
	rest := append(p.idle, p.blank...)
	p.idle, p.blank = nil, nil
	for w := range p.running {
		w.kill(ErrClosed.Error())
	}
	p.mu.Unlock()
	for _, w := range rest {
		w.discard()
	}
	for range cap(p.slots) {
		p.slots <- struct{}{} // every Invoke has returned
	}
	p.starts.Wait()
	close(p.spawner.stop)
	p.spawner.group.remove()
	return nil
}

// Layers returns the layers of the sandbox that are active, as text to show. If there was no worker yet, it starts one and ends it.
func (p *Pool) Layers() ([]string, error) {
	p.mu.Lock()
	layers := p.layers
	p.mu.Unlock()
	if layers != nil {
		return slices.Clone(layers), nil
	}
	w, err := p.newBlank()
	if err != nil {
		return nil, err
	}
	defer w.discard() // there may be no function to run
	return slices.Clone(w.layers), nil
}

// Warm starts the blank workers, for whoever knows that one will be needed.
func (p *Pool) Warm() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.refillLocked()
	}
}

// newBlank starts a worker and waits for it.
func (p *Pool) newBlank() (*process, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, ErrClosed
	}
	p.serial++
	serial := p.serial
	p.mu.Unlock()
	w, err := p.spawner.spawn(serial, "", p.opt.StartTimeout)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	p.layers = w.layers
	p.mu.Unlock()
	return w, nil
}

// take returns a worker that has loaded the program, or a blank one, and counts it as running.
func (p *Pool) take(version string) (*process, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, ErrClosed
	}
	var w *process
	// The most recently used one is the warmest.
	for i := len(p.idle) - 1; i >= 0 && w == nil; i-- {
		if p.idle[i].version == version {
			w = p.idle[i]
			p.idle = slices.Delete(p.idle, i, i+1)
		}
	}
	if w == nil {
		if n := len(p.blank); n > 0 {
			w = p.blank[n-1]
			p.blank = p.blank[:n-1]
		}
		p.refillLocked()
	}
	if w != nil {
		p.running[w] = struct{}{}
		p.mu.Unlock()
		return w, nil
	}
	p.mu.Unlock()
	w, err := p.newBlank()
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		go w.discard()
		return nil, ErrClosed
	}
	p.running[w] = struct{}{}
	return w, nil
}

// refillLocked starts blank workers in the background up to their number. It needs mu.
func (p *Pool) refillLocked() {
	for len(p.blank)+p.starting < p.opt.Blank {
		p.starting++
		p.starts.Add(1)
		go func() {
			defer p.starts.Done()
			w, err := p.newBlank() // an error will show when a worker is needed
			p.mu.Lock()
			defer p.mu.Unlock()
			p.starting--
			if err != nil {
				return
			}
			if p.closed || len(p.blank) >= p.opt.Blank {
				go w.discard()
				return
			}
			p.blank = append(p.blank, w)
		}()
	}
}

// give takes a worker back after an invocation that it survived.
func (p *Pool) give(w *process) {
	w.used = time.Now()
	p.mu.Lock()
	delete(p.running, w)
	var surplus *process
	if p.closed || w.retire || p.opt.MaxIdle == 0 {
		surplus = w
	} else {
		p.idle = append(p.idle, w)
		if len(p.idle) > p.opt.MaxIdle {
			surplus = p.idle[0]
			p.idle = slices.Delete(p.idle, 0, 1)
		}
		if p.reaper == nil {
			p.reaper = time.AfterFunc(p.opt.IdleTimeout, p.reap)
		}
	}
	p.mu.Unlock()
	if surplus != nil {
		surplus.discard()
	}
}

// lose forgets a worker that is dead.
func (p *Pool) lose(w *process) {
	p.mu.Lock()
	delete(p.running, w)
	p.mu.Unlock()
	w.release()
}

// reap ends workers that were idle for too long.
func (p *Pool) reap() {
	p.mu.Lock()
	var old []*process
	for len(p.idle) > 0 && time.Since(p.idle[0].used) >= p.opt.IdleTimeout {
		old = append(old, p.idle[0])
		p.idle = slices.Delete(p.idle, 0, 1)
	}
	if p.reaper = nil; len(p.idle) > 0 && !p.closed {
		p.reaper = time.AfterFunc(p.opt.IdleTimeout-time.Since(p.idle[0].used), p.reap)
	}
	p.mu.Unlock()
	for _, w := range old {
		w.discard()
	}
}

// Invoke runs a script for an event, over host, and returns how it went. attempt counts from 1. That the script failed or was killed is an
// Outcome and not an error. An error says that it could not be run: no worker could be started, ctx ended or the Pool
// was closed before the end. The effects that it had on host are then as undecided as after a failure, and are to be
// dropped. It waits while MaxRunning invocations run.
//
// The worker is killed when ctx ends or a budget is exceeded, but Invoke returns only after a call of host that is
// being served has returned: host should end its calls then too.
//
// If host is a wake.Outbound, the script can use that; if it has a method Key() string, that is what Context.Key returns.
func (p *Pool) Invoke(ctx context.Context, prog *script.Program, e wake.Event, attempt int, budget wake.Budget, host wake.Host) (Outcome, error) {
	return p.InvokeBatch(ctx, prog, []wake.Event{e}, attempt, budget, host)
}

// MaxBatch bounds the events of one InvokeBatch as they are sent to the worker, in bytes: EventSize of each.
const MaxBatch = maxData

// InvokeBatch is Invoke for all the events of one call: at least one, and exactly one if the program does not take
// batches.
func (p *Pool) InvokeBatch(ctx context.Context, prog *script.Program, events []wake.Event, attempt int, budget wake.Budget, host wake.Host) (Outcome, error) {
	if len(events) == 0 || len(events) > 1 && prog.Spec.Batch == 0 {
		return Outcome{}, fmt.Errorf("a call of %s cannot get %d events", prog.Spec.Handler(), len(events))
	}
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return Outcome{}, ctx.Err()
	}
	defer func() { <-p.slots }()
	key := ""
	if h, ok := host.(interface{ Key() string }); ok {
		key = h.Key()
	}
	for range 3 {
		w, err := p.take(prog.Spec.Version)
		if err != nil {
			return Outcome{}, err
		}
		run := &run{
			pool: p, p: w, prog: prog, events: events, attempt: attempt, key: key,
			server: server{host: host, budget: budget, c: w.conn},
		}
		out, err := run.do(ctx)
		if errors.Is(err, errStale) {
			continue // an idle worker had died; another has seen nothing of this
		}
		return out, err
	}
	return Outcome{}, fmt.Errorf("idle workers keep dying: %w", errStale)
}
