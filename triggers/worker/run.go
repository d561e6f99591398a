package worker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/wakefs/wakefs/triggers/script"
	"github.com/wakefs/wakefs/triggers/wake"
)

// errStale: an idle worker turned out to be dead before it was given anything to do.
var errStale = errors.New("worker had died")

// run is one invocation on one worker. The goroutine of Invoke does all of it.
type run struct {
	pool    *Pool
	p       *process
	prog    *script.Program
	events  []wake.Event
	attempt int
	key     string
	server  server
	out     output

	started time.Time
	cpu     time.Duration // clock of the process at the start
}

// answer is what a worker says about the end of an invocation.
type answer struct {
	result   Result
	reason   string
	leftover bool
}

func (r *run) do(ctx context.Context) (Outcome, error) {
	r.started = time.Now()
	r.out.limit = r.pool.opt.MaxOutput
	var cancel context.CancelFunc
	r.server.ctx, cancel = context.WithDeadline(ctx, r.started.Add(r.server.budget.Wall))
	defer cancel()
	var known bool
	if r.cpu, known = r.p.cpu(); !known {
		return Outcome{}, r.stale()
	}
	watch := &watched{p: r.p, budget: r.server.budget, started: r.started, cpu: r.cpu, looked: r.started, lookedCPU: r.cpu}
	r.pool.monitor.add(watch)
	stop := context.AfterFunc(ctx, func() { r.p.kill(errCanceled) })
	fresh := r.p.version == ""
	ans, err := r.talk()
	stop()
	peak := r.pool.monitor.remove(watch)
	r.server.close()

	o := Outcome{Read: r.server.read, Written: r.server.written, Ops: r.server.ops}
	if err == nil && r.p.reason() == "" {
		cpu, _ := r.p.cpu()
		o.CPU, o.Memory = cpu-r.cpu, max(peak, r.p.memory())
		o.Result, o.Reason = ans.result, ans.reason
		r.p.retire = ans.leftover || ans.result == Panicked || ans.result == Broken
		r.finish(&o)
		r.pool.give(r.p)
		return o, nil
	}
	o.Memory = peak
	if !fresh && errors.Is(err, syscall.EPIPE) && r.server.ops == 0 {
		return Outcome{}, r.stale()
	}
	if err := r.bury(&o, err); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return o, err
	}
	r.finish(&o)
	return o, nil
}

func (r *run) stale() error {
	r.p.kill("stale")
	r.p.wait()
	r.pool.lose(r.p)
	return errStale
}

// finish fills in what is the same for every end.
func (r *run) finish(o *Outcome) {
	o.Wall = time.Since(r.started)
	o.Output, o.Truncated = strings.ToValidUTF8(string(r.out.text), "�"), r.out.cut
	if r.out.cut {
		o.Output += cutNote
	}
}

// talk loads the script if need be, starts the handler and serves it until it is done.
func (r *run) talk() (answer, error) {
	if r.p.version == "" {
		if err := r.p.load(r.prog, r.server.budget.Memory); err != nil {
			return answer{}, err
		}
		reason, err := r.awaitLoaded()
		if err != nil {
			return answer{}, err
		}
		if reason != "" {
			return answer{result: Broken, reason: reason}, nil
		}
		r.p.version = r.prog.Spec.Version
	}
	c := r.p.conn
	c.begin(kindInvoke)
	c.putUint(uint64(len(r.events)))
	for i := range r.events {
		c.putEvent(&r.events[i])
	}
	c.putString(r.prog.Spec.Name)
	c.putString(r.key)
	c.putInt(int64(r.attempt))
	c.putTime(r.started)
	c.putBudget(&r.server.budget)
	if err := c.send(); err != nil {
		return answer{}, err
	}
	for {
		k, payload, err := c.read()
		if err != nil {
			return answer{}, err
		}
		switch k {
		case kindCall:
			err = r.server.serve(payload)
		case kindOutput:
			err = r.takeOutput(payload)
		case kindDone:
			return r.takeDone(payload)
		default:
			err = violation("unexpected frame %d", k)
		}
		if err != nil {
			return answer{}, err
		}
	}
}

// awaitLoaded returns why the script could not be loaded, or "".
func (r *run) awaitLoaded() (string, error) {
	for {
		k, payload, err := r.p.conn.read()
		if err != nil {
			return "", err
		}
		switch k {
		case kindOutput: // of an init function
			if err := r.takeOutput(payload); err != nil {
				return "", err
			}
		case kindLoaded:
			d := decoder{b: payload}
			reason := d.string()
			return reason, d.end()
		default:
			return "", violation("unexpected frame %d", k)
		}
	}
}

func (r *run) takeOutput(payload []byte) error {
	d := decoder{b: payload}
	r.out.add(d.bytes(maxString))
	return d.end()
}

func (r *run) takeDone(payload []byte) (answer, error) {
	d := decoder{b: payload}
	failed, panicked, leftover := d.bool(), d.bool(), d.bool()
	a := answer{result: Succeeded, leftover: leftover}
	if failed {
		a.result, a.reason = Failed, d.string()
	}
	if panicked {
		a.result = Panicked
		a.reason = strings.TrimPrefix(a.reason, "panic: ")
	}
	if err := d.end(); err != nil {
		return a, err
	}
	if panicked && !failed || failed && a.reason == "" {
		return a, violation("bad end")
	}
	// A worker that has more to say than it was asked for is not to be used again.
	a.leftover = a.leftover || r.p.conn.pending()
	return a, nil
}

// errCanceled is why a worker was killed whose caller has given up.
const errCanceled = "canceled"

// bury ends a worker after err and finds out why the invocation ended. It returns an error if nobody's script is to
// blame.
func (r *run) bury(o *Outcome, err error) error {
	var over *excess
	switch {
	case errors.As(err, &over):
		r.p.kill(over.what)
	case errors.Is(err, errProtocol):
		r.p.kill(err.Error())
	}
	// If it is not dead yet it is dying or has closed its socket.
	r.p.proc.Kill()
	state := r.p.wait()
	words := r.p.lastWords()
	r.pool.lose(r.p)
	if state != nil {
		o.CPU = max(0, state.UserTime()+state.SystemTime()-r.cpu)
	}
	o.Result, o.Reason = Exceeded, r.p.reason()
	switch o.Reason {
	case ErrClosed.Error():
		return ErrClosed
	case errCanceled:
		return context.Canceled
	case "":
		o.Result, o.Reason = r.crash(state, words)
		r.out.add([]byte(strings.TrimPrefix(words, "\n") + "\n"))
	default:
		if errors.Is(err, errProtocol) {
			o.Result = Crashed
		}
	}
	return nil
}

// crash says why a worker ended by itself.
func (r *run) crash(state *os.ProcessState, words string) (Result, string) {
	memory := fmt.Sprintf("memory budget of %s exceeded", formatSize(r.server.budget.Memory))
	switch {
	case strings.Contains(words, "out of memory") || strings.Contains(words, "cannot allocate memory") ||
		strings.Contains(words, "failed to create new OS thread") || strings.Contains(words, "stack exceeds") ||
		strings.Contains(words, "failed to allocate"): // says the race detector
		return Exceeded, memory
	}
	if state != nil {
		if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() && ws.Signal() == syscall.SIGSYS {
			return Crashed, "the worker made a forbidden system call"
		}
	}
	for line := range strings.Lines(words) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return Crashed, clip(line)
		}
	}
	return Crashed, fmt.Sprintf("the worker ended: %v", state)
}
