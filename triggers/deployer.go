package triggers

import (
	"context"
	"fmt"
	"log/slog"
	"path"
	"slices"
	"time"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/client"
	"github.com/wakefs/wakefs/triggers/script"
)

// Deployer makes the scripts of Dir live as they are saved. A script that is refused
// leaves the version before it live, and its reason in the trigger's status and the log.
type Deployer struct {
	c       *client.Client // a session of the deployer's own
	refresh func(context.Context) error
	output  *Log
	clock   func() int64
	log     *slog.Logger

	here *listing          // as of the last scan; only Run's goroutine uses it, and seen
	seen map[string]string // fingerprints of the scripts that have been dealt with, by trigger name
}

// NewDeployer returns a Deployer; Run runs it. refresh is called after each change of a
// registration.
func NewDeployer(c *client.Client, refresh func(context.Context) error, output *Log, clock func() int64, log *slog.Logger) *Deployer {
	return &Deployer{c: c, refresh: refresh, output: output, clock: clock, log: log, here: &listing{}, seen: make(map[string]string)}
}

// Run deploys what is saved until ctx ends. A file that compiles is live at once; what has several files is looked at when
// nothing has changed for a moment, and then too it is believed that a script is refused or gone, because editors and cp write by several steps.
func (d *Deployer) Run(ctx context.Context) error {
	var at uint64
	_, at, err := d.c.Meta().Changes(ctx, at) // from here on; what was before, the first scan sees
	for quiet := true; ctx.Err() == nil; {
		done := true
		if err == nil {
			done, err = d.scan(ctx, quiet)
		}
		if err != nil && ctx.Err() == nil {
			d.log.Warn("the scripts cannot be read; trying again", "dir", Dir, "err", err)
			sleep(ctx, time.Second)
		}
		at, quiet, err = d.await(ctx, at, done)
	}
	return nil
}

// await returns when something about the scripts may have changed or, if the last scan left something to do, when nothing
// has for a moment: then quiet is true.
func (d *Deployer) await(ctx context.Context, at uint64, done bool) (next uint64, quiet bool, err error) {
	moment := ctx
	if !done {
		var cancel context.CancelFunc
		moment, cancel = context.WithTimeout(ctx, settle)
		defer cancel()
	}
	for {
		changes, next, err := d.c.Meta().Changes(moment, at)
		if err != nil {
			if ctx.Err() == nil && moment.Err() != nil {
				return at, true, nil
			}
			return at, false, err
		}
		at = next
		for _, ch := range changes {
			if d.concerns(&ch) {
				return at, false, nil
			}
			d.c.Changed(ch)
		}
	}
}

func (d *Deployer) concerns(ch *fs.Change) bool {
	return ch.Ino == 0 && ch.Parent == 0 || ch.Parent == fs.RootIno && ch.Name == Dir[1:] ||
		d.here.dirs[ch.Parent] || d.here.dirs[ch.Ino] || d.here.files[ch.Ino]
}

// scan compares the folder with what was seen and deploys what differs. Unless quiet, it leaves some of it; then done is false.
func (d *Deployer) scan(ctx context.Context, quiet bool) (done bool, err error) {
	registered, err := d.c.Meta().Triggers(ctx)
	if err != nil {
		return false, err
	}
	byName := make(map[string]*fs.Trigger, len(registered))
	for i := range registered {
		byName[registered[i].Name] = &registered[i]
	}
	here, err := d.list(ctx)
	if err != nil {
		return false, err
	}
	d.here = here
	for name, f := range d.here.spare { // who has a name keeps it
		if t := byName[name]; t != nil && t.Source == f[0].attr.Ino {
			d.here.spare[name], d.here.scripts[name] = d.here.scripts[name], f
		}
	}
	done = quiet
	changed := false
	for name, f := range d.here.scripts {
		now := f.fingerprint()
		if d.seen[name] == now {
			continue
		}
		did, later, err := d.deploy(ctx, name, f, byName[name], quiet)
		if err != nil {
			return false, err
		}
		if !later {
			d.seen[name] = now
		}
		changed = changed || did
	}
	if quiet {
		for name, t := range byName {
			if _, ok := d.here.scripts[name]; !ok && t.Source != 0 {
				if _, err := DropWaiting(ctx, d.c.Meta(), name, d.clock); err != nil {
					return false, err
				}
				if err := d.propose(ctx, &fs.DropTrigger{Name: name}); err != nil {
					return false, err
				}
				delete(d.seen, name)
				d.tell(Entry{Trigger: name, Result: "removed"})
				changed = true
			}
		}
		for name, f := range d.here.spare {
			err := fmt.Errorf("%s is the function %s already: give this one another name", d.here.scripts[name][0].path, name)
			told, merr := d.mark(ctx, &f[0].attr, err)
			if merr != nil {
				return false, merr
			}
			if told {
				d.tell(Entry{Trigger: name, Path: f[0].path, Result: "refused", Error: err.Error()})
			}
		}
	}
	if changed {
		return done, d.refresh(ctx)
	}
	return done, nil
}

// deploy makes the script live, or says why not, which unless quiet is left for later. It tells whether a registration changed.
func (d *Deployer) deploy(ctx context.Context, name string, f found, old *fs.Trigger, quiet bool) (changed, later bool, err error) {
	if len(f) == 1 && f[0].attr.Size == 0 {
		return false, false, nil // an editor has opened it; the content comes with the next change
	}
	if IsMain(f[0].path) && !quiet {
		return false, true, nil // the others come, or change, too
	}
	var prog *script.Program
	files, refused, err := d.read(ctx, name, f)
	if err != nil {
		if fs.KindOf(err) == fs.KindNotFound {
			return false, true, nil // it went meanwhile; the next change tells
		}
		return false, false, err
	}
	if refused == nil {
		prog, refused = script.Compile(name, files)
	}
	if refused != nil && !quiet {
		return false, true, nil
	}
	for i := range f {
		if _, err := d.mark(ctx, &f[i].attr, refused); err != nil {
			return false, false, err
		}
	}
	main := &f[0].attr
	if refused != nil {
		if old != nil && old.Refused == refused.Error() {
			return false, false, nil
		}
		d.tell(Entry{Trigger: name, Path: f[0].path, Result: "refused", Error: refused.Error()})
		err := d.propose(ctx, &fs.SetTrigger{Name: name, Source: main.Ino, Disabled: old != nil && old.Disabled, Refused: refused.Error()})
		return true, false, err
	}
	src := script.Pack(name, files)
	t := triggerOf(prog.Spec)
	t.Source, t.Owner, t.Deployed, t.Size = main.Ino, fs.Cred{UID: main.UID, GID: main.GID}, d.clock(), int64(len(src))
	if old != nil {
		t.Disabled = old.Disabled
		if old.Refused == "" && old.Source == main.Ino && old.Owner.UID == t.Owner.UID && old.Owner.GID == t.Owner.GID && (old.Version == t.Version || d.rolledBack(ctx, old, t.Version, f.mtime())) {
			return false, false, nil
		}
	}
	if err := d.propose(ctx, &fs.PutTrigger{Trigger: t, Source: src}); err != nil {
		return false, false, err
	}
	d.tell(Entry{Trigger: name, Version: t.Version, Path: f[0].path, Result: "deployed"})
	return true, false, nil
}

// read returns a script's files by name, or why they are refused unread.
func (d *Deployer) read(ctx context.Context, name string, f found) (files map[string]string, refused, err error) {
	files = make(map[string]string)
	total := int64(0)
	for i := range f {
		if total += f[i].attr.Size; total > script.MaxSource { // before any of it is in memory
			return nil, fmt.Errorf("the source is larger than %d bytes", script.MaxSource), nil
		}
	}
	for i := range f {
		a, base := &f[i].attr, path.Base(f[i].path)
		if main := &f[0].attr; a.UID != main.UID && a.UID != 0 { // who wrote it would act as the function's owner
			return nil, fmt.Errorf("%s belongs to user %d and %s to user %d: the files of a function have one owner", f[i].path, a.UID, f[0].path, main.UID), nil
		}
		d.c.Changed(fs.Change{Ino: a.Ino, Data: true})
		src, err := d.c.ReadFile(ctx, a.Ino, script.MaxSource)
		if err != nil {
			if fs.KindOf(err) == fs.KindTooBig {
				return nil, err, nil
			}
			return nil, nil, err
		}
		if i == 0 {
			base = name + ".go"
		}
		files[base] = string(src)
	}
	return files, nil, nil
}

// RefusedAttr is the extended attribute of a script that says why it is not live.
const RefusedAttr = "user.wakefs.refused"

// mark says on the file itself why it was refused, or no longer. It tells whether that is new.
func (d *Deployer) mark(ctx context.Context, a *fs.Attr, refused error) (bool, error) {
	if refused == nil && !a.HasXattr {
		return false, nil
	}
	had, err := d.c.Meta().GetXattr(ctx, a.Ino, RefusedAttr)
	switch {
	case err != nil && fs.KindOf(err) != fs.KindNoAttr:
		return false, err
	case refused == nil && err != nil, refused != nil && err == nil && string(had) == refused.Error():
		return false, nil
	}
	op := &fs.SetXattr{Ino: a.Ino, Name: RefusedAttr}
	if refused != nil {
		op.Value = []byte(refused.Error())
	} else {
		op.Flags = fs.XattrRemove
	}
	return true, d.c.SetXattr(ctx, &fs.Cred{}, op)
}

// rolledBack tells whether the script is a version that somebody has rolled back
// from since it was saved: it must not come back with a restart.
func (d *Deployer) rolledBack(ctx context.Context, old *fs.Trigger, version string, mtime int64) bool {
	if mtime > old.Deployed {
		return false
	}
	kept, err := d.c.Meta().TriggerVersions(ctx, old.Name)
	if err != nil {
		return false
	}
	for _, v := range kept {
		if v.Version == version {
			return true
		}
	}
	return false
}

func (d *Deployer) propose(ctx context.Context, op fs.Op) error {
	_, err := d.c.Meta().Propose(ctx, &fs.Tx{Time: d.clock(), Ops: []fs.Op{op}}, fs.Committed)
	return err
}

func (d *Deployer) tell(e Entry) {
	e.Time = time.Unix(0, d.clock())
	if err := d.output.Add(e); err != nil {
		d.log.Warn("the log of functions cannot be written", "err", err)
	}
	if e.Error != "" {
		d.log.Warn("trigger "+e.Result, "trigger", e.Trigger, "reason", e.Error)
	} else {
		d.log.Info("trigger "+e.Result, "trigger", e.Trigger)
	}
}

// triggerOf turns what a script's directives say into its registration.
func triggerOf(s *script.Spec) fs.Trigger {
	t := fs.Trigger{
		Name: s.Name, Version: s.Version, Concurrency: uint32(s.Concurrency), MaxAttempts: uint32(s.Attempts),
		Budget: fs.Budget{
			CPU: int64(s.Budget.CPU), Wall: int64(s.Budget.Wall), Memory: s.Budget.Memory,
			Read: s.Budget.Read, Write: s.Budget.Write, Ops: s.Budget.Ops,
		},
		Settle: int64(s.Settle), Every: s.Every, Batch: uint32(s.Batch), BatchWait: int64(s.BatchWait), Idle: s.Idle,
		Order: fs.Order(max(0, slices.Index(fs.OrderNames[:], s.Order))),
	}
	for _, l := range s.Limits {
		t.Limits = append(t.Limits, LimitOf(l))
	}
	for _, r := range s.Rules {
		m := fs.Match{Globs: r.Globs, Not: r.Exclude}
		for _, e := range r.Events {
			m.Events |= fs.ParseEventType(string(e))
		}
		t.On = append(t.On, m)
	}
	return t
}

// LimitOf is a script's limit in the words of the metadata.
func LimitOf(l script.Limit) fs.Limit {
	if l.CPU > 0 {
		return fs.Limit{Kind: fs.LimitCPU, Amount: int64(l.CPU), Per: int64(l.Per)}
	}
	return fs.Limit{Kind: fs.LimitCalls, Amount: int64(l.Calls), Per: int64(l.Per)}
}

// Rollback is the registration of t with an older version of its script, src, live.
func Rollback(t *fs.Trigger, version string, src []byte, now int64) (fs.Trigger, error) {
	prog, err := script.Load(t.Name, src)
	if err != nil {
		return fs.Trigger{}, err
	}
	next := triggerOf(prog.Spec)
	next.Version, next.Source, next.Owner, next.Disabled = version, t.Source, t.Owner, t.Disabled
	next.Deployed, next.Size = now, int64(len(src))
	return next, nil
}
