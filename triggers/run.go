package triggers

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path"
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

// run runs an invocation to its end and tells whether it must be run again. What it returns is
// the invocation as the metadata now has it.
func (d *Dispatcher) run(ctx context.Context, inv fs.Invocation) (fs.Invocation, bool) {
	d.mu.Lock()
	t := d.triggers[inv.Trigger]
	d.mu.Unlock()
	d.executed.Add(1)
	e := Entry{
		Trigger: inv.Trigger, Version: t.Version, Invocation: uint64(inv.ID), Attempt: inv.Attempt + 1,
		Event: inv.Event.Type.String(), Path: inv.Event.Path, Chain: inv.Event.Chain,
	}
	started := d.o.Clock()
	e.Time, e.Latency = time.Unix(0, started), time.Duration(started-inv.Event.Time)
	prog, err := d.program(ctx, &t)
	var report fs.Report
	for err == nil {
		var out worker.Outcome
		out, err = d.attempt(ctx, &t, prog, &inv, &e, &fs.Ack{ID: inv.ID, Attempt: inv.Attempt})
		report = reportOf(&out, started)
		if err == nil || ctx.Err() != nil || !conflict(err) || e.Conflicts >= maxConflicts {
			break
		}
		e.Conflicts++
		err = nil
		sleep(ctx, time.Duration(rand.Int64N(int64(min(e.Conflicts, 20))*int64(time.Millisecond))))
	}
	if ctx.Err() != nil { // the node stops: the invocation still waits, for its next start
		return inv, true
	}
	if err == nil {
		e.Result = "done"
		d.record(&e)
		return inv, false
	}
	return d.failed(ctx, inv, &t, err, report, &e)
}

// conflict tells whether a Tx failed because the file system changed since the function read
// it: of its preconditions, or because an operation no longer applies.
func conflict(err error) bool {
	_, ours := err.(*fs.Error)
	return ours && fs.KindOf(err) != fs.KindUnavailable
}

// attempt runs the function once and commits what it did, together with ack unless that is nil. An error
// of the function is a *functionError, any other is of the commit.
func (d *Dispatcher) attempt(ctx context.Context, t *fs.Trigger, prog *script.Program, inv *fs.Invocation, e *Entry, ack *fs.Ack) (worker.Outcome, error) {
	h := newHost(ctx, d.o.Meta, d.o.Stripes, d.o.Clock, t, append(inv.Event.Chain[:len(inv.Event.Chain):len(inv.Event.Chain)], t.Name))
	out, err := d.o.Pool.Invoke(ctx, prog, eventOf(&inv.Event), int(inv.Attempt)+1, budgetOf(&t.Budget), h)
	e.note(&out)
	if err == nil && out.Failed() {
		err = &functionError{out.Reason}
	}
	if err != nil {
		h.abandon(context.WithoutCancel(ctx))
		return out, err
	}
	tx := h.spec.Tx()
	e.Effects = effects(tx)
	tx.Time = d.o.Clock()
	if ack != nil {
		ack.Report = reportOf(&out, e.Time.UnixNano())
		tx.Ops = append(tx.Ops, ack)
	}
	// Accepted is enough: until the commit the event is still queued, and after a crash both are
	// there or neither.
	if _, err := d.o.Meta.Propose(ctx, tx, fs.Accepted); err != nil {
		h.abandon(context.WithoutCancel(ctx))
		return out, err
	}
	return out, nil
}

// functionError is a failure of the function itself.
type functionError struct{ msg string }

func (e *functionError) Error() string { return e.msg }

// failed records a failed attempt: the invocation waits to be tried again, or is a dead letter.
func (d *Dispatcher) failed(ctx context.Context, inv fs.Invocation, t *fs.Trigger, cause error, report fs.Report, e *Entry) (fs.Invocation, bool) {
	attempts := inv.Attempt + 1
	wait := min(firstRetry<<(2*min(inv.Attempt, 10)), longestRetry)
	report.Error = cause.Error()
	op := &fs.Fail{ID: inv.ID, Attempt: inv.Attempt, RetryAt: d.o.Clock() + int64(wait), Dead: attempts >= max(1, t.MaxAttempts), Report: report}
	_, err := d.o.Meta.Propose(ctx, &fs.Tx{Time: d.o.Clock(), Ops: []fs.Op{op}}, fs.Accepted)
	e.Result, e.Error = "failed", cause.Error()
	switch {
	case err != nil && fs.KindOf(err) == fs.KindConflict:
		// It is not waiting any more: its trigger was removed, or another node ran it.
		e.Result = "dropped"
		d.record(e)
		return inv, false
	case err != nil:
		d.o.Log.Warn("a failed invocation cannot be recorded; it is run again", "trigger", t.Name, "invocation", inv.ID, "err", err)
		inv.RetryAt = op.RetryAt
		return inv, true
	case op.Dead:
		e.Result = "dead"
	}
	d.record(e)
	inv.Attempt, inv.RetryAt, inv.Error = attempts, op.RetryAt, op.Report.Error
	return inv, !op.Dead
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
			p.prog, p.err = script.Compile(t.Name, map[string]string{t.Name + ".go": string(src)})
		}
	})
	if p.err != nil {
		d.programs.Delete(t.Name + "@" + t.Version) // it may be the metadata's error: not for ever
		return nil, &functionError{p.err.Error()}
	}
	return p.prog, nil
}

func eventOf(e *fs.Event) wake.Event {
	return wake.Event{
		Type: wake.EventType(e.Type.String()), Path: e.Path, OldPath: e.OldPath, Name: path.Base(e.Path),
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
