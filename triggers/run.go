package triggers

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/triggers/script"
	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/worker"
)

// The retries of an invocation.
const (
	firstRetry   = 100 * time.Millisecond // doubled twice with each further attempt
	longestRetry = time.Minute
	maxConflicts = 50 // runs whose reads were overtaken, before that counts as a failure
)

// run makes a call to its end and returns those of its invocations that must be run again, as the metadata now
// has them, and the CPU time of all runs.
func (d *Dispatcher) run(ctx context.Context, call []fs.Invocation) (again []fs.Invocation, cpu time.Duration) {
	d.mu.Lock()
	t := d.triggers[call[0].Trigger]
	d.mu.Unlock()
	if t.Settle > 0 {
		// A newer event of the file may have taken an invocation's place since it was fetched.
		if call = d.stillWaiting(ctx, call); len(call) == 0 {
			return nil, 0
		}
	}
	d.executed.Add(1)
	started := d.o.Clock()
	e := entryOf(call, &t, started)
	prog, err := d.program(ctx, &t)
	var report fs.Report
	for err == nil {
		var out worker.Outcome
		out, err = d.attempt(ctx, &t, prog, call, &e, true)
		report = reportOf(&out, started)
		cpu += out.CPU
		if err == nil || ctx.Err() != nil || !conflict(err) || e.Conflicts >= maxConflicts {
			break
		}
		if call = d.stillWaiting(ctx, call); len(call) == 0 {
			// Its trigger was removed, another node ran it, or its file was not quiet after all.
			e.Result = "dropped"
			d.record(&e)
			return nil, cpu
		}
		e.Conflicts++
		err = nil
		sleep(ctx, time.Duration(rand.Int64N(int64(min(e.Conflicts, 20))*int64(time.Millisecond))))
	}
	if ctx.Err() != nil { // the node stops: the invocations still wait, for its next start
		return call, cpu
	}
	if err == nil {
		e.Result = "done"
		d.record(&e)
		return nil, cpu
	}
	return d.failed(ctx, call, &t, err, report, &e), cpu
}

func entryOf(call []fs.Invocation, t *fs.Trigger, started int64) Entry {
	inv := &call[0]
	e := Entry{
		Trigger: inv.Trigger, Version: t.Version, Invocation: uint64(inv.ID), Attempt: inv.Attempt + 1,
		Event: inv.Event.Type.String(), Path: inv.Event.Path, Chain: chainOf(call),
		Time: time.Unix(0, started), Latency: latency(call, started),
	}
	if len(call) > 1 {
		for i := range call {
			e.Batch = append(e.Batch, uint64(call[i].ID))
		}
	}
	return e
}

// conflict tells whether a Tx failed because the file system changed since the function read
// it: of its preconditions, or because an operation no longer applies.
func conflict(err error) bool {
	_, ours := err.(*fs.Error)
	return ours && fs.KindOf(err) != fs.KindUnavailable
}

// stillWaiting returns those of a call's invocations that the metadata has as they are.
func (d *Dispatcher) stillWaiting(ctx context.Context, call []fs.Invocation) []fs.Invocation {
	var left []fs.Invocation
	for _, inv := range call {
		now, err := d.o.Meta.Invocation(ctx, inv.ID)
		if err == nil && (now.Dead || now.Attempt != inv.Attempt) || fs.KindOf(err) == fs.KindNotFound {
			continue
		}
		left = append(left, inv) // if it could not be asked for, the next try finds out
	}
	return left
}

// attempt calls the function once and commits what it did, together with the acknowledgement of the events
// unless ack is false. An error of the function is a *functionError, any other is of the commit.
func (d *Dispatcher) attempt(ctx context.Context, t *fs.Trigger, prog *script.Program, call []fs.Invocation, e *Entry, ack bool) (worker.Outcome, error) {
	h, out, err := d.call(ctx, t, prog, call, e, d.trial)
	if err != nil {
		return out, err
	}
	tx := h.spec.Tx()
	tx.Time = d.o.Clock()
	for i := 0; ack && i < len(call); i++ {
		op := &fs.Ack{ID: call[i].ID, Attempt: call[i].Attempt}
		if i == 0 {
			op.Report = reportOf(&out, e.Time.UnixNano()) // of the whole call
		}
		tx.Ops = append(tx.Ops, op)
	}
	// Accepted is enough: until the commit the event is still queued, and after a crash both are
	// there or neither.
	if _, err := d.o.Meta.Propose(ctx, tx, fs.Accepted); err != nil {
		if !fs.Undecided(err) { // else it may be committed yet; the sweep finds what is not
			h.abandon(context.WithoutCancel(ctx))
		}
		return out, err
	}
	return out, nil
}

// call calls the function once, on a private view that has what it did. With an error the view is abandoned. With hold no HTTP
// request is sent.
func (d *Dispatcher) call(ctx context.Context, t *fs.Trigger, prog *script.Program, call []fs.Invocation, e *Entry, hold bool) (*host, worker.Outcome, error) {
	chain := chainOf(call)
	h := newHost(ctx, d.o.Meta, d.o.Stripes, d.o.Clock, t, append(chain[:len(chain):len(chain)], t.Name))
	h.outside = outside{out: d.o.HTTP, secrets: d.o.Secrets, says: prog.Spec, owner: t.Owner.UID, hold: hold, trial: d.trial, key: keyOf(call)}
	out, err := d.o.Pool.InvokeBatch(ctx, prog, eventsOf(call), int(call[0].Attempt)+1, budgetOf(&t.Budget), h)
	v := h.veil()
	out.Reason, out.Output = v.hide(out.Reason), v.hide(out.Output)
	e.note(&out)
	e.noteHTTP(h.calls, v)
	if err == nil && out.Failed() {
		err = &functionError{out.Reason}
	}
	if err != nil {
		h.abandon(context.WithoutCancel(ctx))
		return nil, out, err
	}
	e.Effects = effects(h.spec.Tx())
	for i := range e.Effects {
		e.Effects[i] = v.hide(e.Effects[i])
	}
	return h, out, nil
}

// Preview calls a function for an event and drops what it did; the entry says what that was. An error says that it could not be
// called; that the function failed is in the entry.
func (d *Dispatcher) Preview(ctx context.Context, t *fs.Trigger, ev fs.Event) (Entry, error) {
	call := []fs.Invocation{{Trigger: t.Name, Event: ev}}
	e := entryOf(call, t, d.o.Clock())
	e.Result, e.Latency = "done", 0
	prog, err := d.program(ctx, t)
	var h *host
	if err == nil {
		h, _, err = d.call(ctx, t, prog, call, &e, true)
	}
	if failed, ok := err.(*functionError); ok {
		e.Result, e.Error = "failed", failed.msg
		return e, nil
	}
	if err == nil {
		h.abandon(context.WithoutCancel(ctx))
	}
	return e, err
}

// functionError is a failure of the function itself.
type functionError struct{ msg string }

func (e *functionError) Error() string { return e.msg }

// maxBatchError bounds the error that each event of a batch keeps, in bytes.
const maxBatchError = 1 << 10

// failed records a failed attempt: the invocations wait to be tried again, all at the same time, or are dead letters.
func (d *Dispatcher) failed(ctx context.Context, call []fs.Invocation, t *fs.Trigger, cause error, report fs.Report, e *Entry) (again []fs.Invocation) {
	attempts := call[0].Attempt + 1
	wait := min(firstRetry<<(2*min(call[0].Attempt, 10)), longestRetry)
	retryAt, dead := d.o.Clock()+int64(wait), attempts >= max(1, t.MaxAttempts)
	report.Error = cause.Error()
	if len(call) > 1 && len(report.Error) > maxBatchError {
		report.Error = strings.ToValidUTF8(report.Error[:maxBatchError], "") + " …"
	}
	e.Result, e.Error = "failed", cause.Error()
	var err error
	for range 3 {
		tx := &fs.Tx{Time: d.o.Clock()}
		for i := range call {
			tx.Ops = append(tx.Ops, &fs.Fail{ID: call[i].ID, Attempt: call[i].Attempt, RetryAt: retryAt, Dead: dead, Report: report})
		}
		_, err = d.o.Meta.Propose(ctx, tx, fs.Accepted)
		if fs.KindOf(err) != fs.KindConflict {
			break
		}
		if call = d.stillWaiting(ctx, call); len(call) == 0 {
			// They are not waiting any more: their trigger was removed, or another node ran them.
			e.Result = "dropped"
			d.record(e)
			return nil
		}
	}
	again = slices.Clone(call)
	if err != nil {
		d.o.Log.Warn("a failed invocation cannot be recorded; it is run again", "trigger", t.Name, "invocation", call[0].ID, "err", err)
		for i := range again {
			again[i].RetryAt = retryAt
		}
		return again
	}
	if dead {
		e.Result = "dead"
		d.record(e)
		return nil
	}
	d.record(e)
	for i := range again {
		again[i].Attempt, again[i].RetryAt, again[i].Error = attempts, retryAt, report.Error
	}
	return again
}

func (d *Dispatcher) record(e *Entry) {
	if err := d.o.Output.Add(*e); err != nil {
		d.o.Log.Warn("the log of functions cannot be written", "err", err)
	}
}

// program returns the compiled live version of a trigger.
func (d *Dispatcher) program(ctx context.Context, t *fs.Trigger) (*script.Program, error) {
	v, _ := d.programs.LoadOrStore(t.Name+"@"+t.Version, &program{})
	p := v.(*program)
	p.once.Do(func() {
		var src []byte
		if src, p.err = d.o.Meta.TriggerSource(ctx, t.Name, t.Version); p.err == nil {
			p.prog, p.err = script.Load(t.Name, src)
		}
	})
	if p.err != nil {
		d.programs.Delete(t.Name + "@" + t.Version) // it may be the metadata's error: not for ever
		return nil, &functionError{p.err.Error()}
	}
	return p.prog, nil
}

func eventOf(e *fs.Event) wake.Event {
	name := ""
	if e.Path != "" {
		name = path.Base(e.Path)
	}
	return wake.Event{
		Type: wake.EventType(e.Type.String()), Path: e.Path, OldPath: e.OldPath, Name: name,
		Ino: uint64(e.Ino), Version: uint64(e.Version), Size: e.Size, UID: e.UID, GID: e.GID,
		Time: time.Unix(0, e.Time), Chain: e.Chain,
	}
}

func budgetOf(b *fs.Budget) wake.Budget {
	return wake.Budget{CPU: time.Duration(b.CPU), Wall: time.Duration(b.Wall), Memory: b.Memory, Read: b.Read, Write: b.Write, Ops: b.Ops}
}

// maxEffects is how many effects an entry of the log names.
const maxEffects = 20

// effects says in words what a Tx does.
func effects(tx *fs.Tx) []string {
	var out []string
	for _, op := range tx.Ops {
		var s string
		switch o := op.(type) {
		case *fs.Create:
			s = "create " + o.Name
		case *fs.Commit:
			n := int64(0)
			for i := range o.Extents {
				n += o.Extents[i].Len
			}
			if n == 0 {
				continue
			}
			s = fmt.Sprintf("write %d bytes", n)
		case *fs.Unlink:
			s = "remove " + o.Name
		case *fs.Rename:
			s = "rename " + o.Name + " " + o.NewName
		case *fs.Link:
			s = "link " + o.Name
		case *fs.SetXattr:
			s = "setxattr " + o.Name
		default:
			s = strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", op), "*fs."))
		}
		if len(out) == maxEffects {
			return append(out, fmt.Sprintf("and %d more operations", len(tx.Ops)-maxEffects))
		}
		out = append(out, s)
	}
	return out
}

func reportOf(o *worker.Outcome, started int64) fs.Report {
	return fs.Report{
		Started: started, Wall: int64(o.Wall), CPU: int64(o.CPU), Memory: o.Memory, Read: o.Read, Written: o.Written, Ops: o.Ops,
	}
}

// note takes over what an attempt used and printed.
func (e *Entry) note(o *worker.Outcome) {
	e.Wall, e.CPU, e.Memory, e.Read, e.Written, e.Ops, e.Output = o.Wall, o.CPU, o.Memory, o.Read, o.Written, o.Ops, o.Output
}
