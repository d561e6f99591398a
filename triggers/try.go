package triggers

import (
	"context"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/client"
	"github.com/wakefs/wakefs/triggers/script"
	"github.com/wakefs/wakefs/triggers/worker"
)

// Registration is the trigger that a compiled script asks to be.
func Registration(prog *script.Program) fs.Trigger { return triggerOf(prog.Spec) }

// Try runs a script once for an event, in the same sandbox and on the same kind of private view as
// the real thing, and applies what it did to meta. It is for trying scripts without a node.
func Try(ctx context.Context, meta fs.Meta, stripes *client.Stripes, pool *worker.Pool, clock func() int64, prog *script.Program, ev fs.Event) (Entry, error) {
	d := NewDispatcher(Options{Meta: meta, Stripes: stripes, Pool: pool, Clock: clock})
	d.trial = true
	t := Registration(prog)
	e := Entry{Trigger: t.Name, Version: t.Version, Event: ev.Type.String(), Path: ev.Path, Attempt: 1}
	_, err := d.attempt(ctx, &t, prog, []fs.Invocation{{Event: ev}}, &e, false)
	e.Result = "done"
	if err != nil {
		e.Result, e.Error = "failed", err.Error()
	}
	return e, err
}
