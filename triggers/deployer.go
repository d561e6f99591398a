package triggers

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/client"
	"github.com/wakefs/wakefs/triggers/script"
)

// Dir is the folder of the file system whose scripts are live. A folder in it is a namespace: the function of
// Dir/billing/monthly.go is billing.monthly.
const Dir = "/triggers"

// maxDepth bounds namespaces within namespaces.
const maxDepth = 8

// isScript tells whether a file of that name is a function's.
func isScript(name string) bool {
	base, ok := strings.CutSuffix(name, ".go")
	return ok && base != "" && name[0] != '.' && !strings.HasSuffix(base, "_test")
}

// isNamespace tells whether scripts are looked for in a folder of that name.
func isNamespace(name string) bool { return name[0] != '.' && name != "testdata" }

// Deployer makes the scripts of Dir live as they are saved. A script that is refused
// leaves the version before it live, and its reason in the trigger's status and the log.
type Deployer struct {
	c       *client.Client // a session of the deployer's own
	refresh func(context.Context) error
	output  *Log
	clock   func() int64
	log     *slog.Logger

	dirs map[fs.Ino]bool // Dir and the folders in it; like seen
	seen map[string]seen // by trigger name; only Run's goroutine uses it
}

// seen is a script as it was last looked at.
type seen struct {
	ino     fs.Ino
	version fs.Version // of the content
}

// NewDeployer returns a Deployer; Run runs it. refresh is called after each change of a
// registration.
func NewDeployer(c *client.Client, refresh func(context.Context) error, output *Log, clock func() int64, log *slog.Logger) *Deployer {
	return &Deployer{c: c, refresh: refresh, output: output, clock: clock, log: log, seen: make(map[string]seen)}
}

// Run deploys what is saved until ctx ends.
func (d *Deployer) Run(ctx context.Context) error {
	var at uint64
	_, at, err := d.c.Meta().Changes(ctx, at) // from here on; what was before, the first scan sees
	for ctx.Err() == nil {
		if err == nil {
			err = d.scan(ctx)
		}
		if err != nil && ctx.Err() == nil {
			d.log.Warn("the scripts cannot be read; trying again", "dir", Dir, "err", err)
			sleep(ctx, time.Second)
		}
		at, err = d.await(ctx, at)
	}
	return nil
}

// await returns when something about the scripts may have changed.
func (d *Deployer) await(ctx context.Context, at uint64) (uint64, error) {
	for {
		changes, next, err := d.c.Meta().Changes(ctx, at)
		if err != nil {
			return at, err
		}
		at = next
		for _, ch := range changes {
			if d.concerns(&ch) {
				return at, nil
			}
			d.c.Changed(ch)
		}
	}
}

func (d *Deployer) concerns(ch *fs.Change) bool {
	switch {
	case ch.Ino == 0 && ch.Parent == 0:
		return true
	case ch.Parent == fs.RootIno && ch.Name == Dir[1:]:
		return true
	case d.dirs[ch.Parent] || d.dirs[ch.Ino]:
		return true
	}
	for _, s := range d.seen {
		if s.ino == ch.Ino {
			return true
		}
	}
	return false
}

// scan compares the folder with what was seen and deploys what differs.
func (d *Deployer) scan(ctx context.Context) error {
	d.dirs = make(map[fs.Ino]bool)
	registered, err := d.c.Meta().Triggers(ctx)
	if err != nil {
		return err
	}
	byName := make(map[string]*fs.Trigger, len(registered))
	for i := range registered {
		byName[registered[i].Name] = &registered[i]
	}
	here, err := d.scripts(ctx)
	if err != nil {
		return err
	}
	changed := false
	for name, a := range here {
		now := seen{a.attr.Ino, a.attr.DataVersion}
		if d.seen[name] == now {
			continue
		}
		did, err := d.deploy(ctx, name, a, byName[name])
		if err != nil {
			return err
		}
		d.seen[name] = now
		changed = changed || did
	}
	for name, t := range byName {
		if _, ok := here[name]; !ok && t.Source != 0 {
			if err := d.propose(ctx, &fs.DropTrigger{Name: name}); err != nil {
				return err
			}
			delete(d.seen, name)
			d.tell(Entry{Trigger: name, Result: "removed"})
			changed = true
		}
	}
	if changed {
		return d.refresh(ctx)
	}
	return nil
}

// found is a script and where it is.
type found struct {
	path string
	attr fs.Attr
}

// scripts lists the scripts of the folder, and of those in it, by trigger name.
func (d *Deployer) scripts(ctx context.Context) (map[string]found, error) {
	out := make(map[string]found)
	dir, err := d.c.Resolve(ctx, Dir, true)
	if err != nil {
		if fs.KindOf(err) == fs.KindNotFound {
			return out, nil
		}
		return nil, err
	}
	return out, d.folder(ctx, dir.Ino, Dir, "", out)
}

// folder adds the scripts of a folder, whose functions' names begin with prefix.
func (d *Deployer) folder(ctx context.Context, dir fs.Ino, at, prefix string, out map[string]found) error {
	d.dirs[dir] = true
	for after := ""; ; {
		page, err := d.c.Meta().ReadDir(ctx, dir, after, 256)
		if err != nil {
			return err
		}
		for i := range page {
			e := &page[i]
			after = e.Name
			name := prefix + strings.TrimSuffix(e.Name, ".go")
			switch {
			case e.Attr.IsDir() && isNamespace(e.Name) && strings.Count(at, "/") <= maxDepth:
				err := d.folder(ctx, e.Attr.Ino, at+"/"+e.Name, prefix+e.Name+".", out)
				if err != nil && fs.KindOf(err) != fs.KindNotFound {
					return err
				}
			case !e.Attr.IsRegular() || !isScript(e.Name):
			case out[name].path != "":
				d.log.Warn("two scripts would be one function; the second is left out", "trigger", name, "first", out[name].path, "second", at+"/"+e.Name)
			default:
				out[name] = found{at + "/" + e.Name, e.Attr}
			}
		}
		if len(page) < 256 {
			return nil
		}
	}
}

// deploy makes the script live, or says why not. It tells whether a registration changed.
func (d *Deployer) deploy(ctx context.Context, name string, f found, old *fs.Trigger) (bool, error) {
	a := &f.attr
	if a.Size == 0 {
		return false, nil // an editor has opened it; the content comes with the next change
	}
	d.c.Changed(fs.Change{Ino: a.Ino, Data: true})
	src, err := d.c.ReadFile(ctx, a.Ino, script.MaxSource)
	var prog *script.Program
	if err == nil {
		prog, err = script.Compile(name, map[string]string{name + ".go": string(src)})
	} else if fs.KindOf(err) != fs.KindTooBig {
		return false, err
	}
	if merr := d.mark(ctx, a, err); merr != nil {
		return false, merr
	}
	if err != nil {
		if old != nil && old.Refused == err.Error() {
			return false, nil
		}
		d.tell(Entry{Trigger: name, Path: f.path, Result: "refused", Error: err.Error()})
		return true, d.propose(ctx, &fs.SetTrigger{Name: name, Source: a.Ino, Disabled: old != nil && old.Disabled, Refused: err.Error()})
	}
	t := triggerOf(prog.Spec)
	t.Source, t.Owner, t.Deployed, t.Size = a.Ino, fs.Cred{UID: a.UID, GID: a.GID}, d.clock(), int64(len(src))
	if old != nil {
		t.Disabled = old.Disabled
		if old.Refused == "" && old.Source == a.Ino && (old.Version == t.Version || d.rolledBack(ctx, old, t.Version, a)) {
			return false, nil
		}
	}
	if err := d.propose(ctx, &fs.PutTrigger{Trigger: t, Source: src}); err != nil {
		return false, err
	}
	d.tell(Entry{Trigger: name, Version: t.Version, Path: f.path, Result: "deployed"})
	return true, nil
}

// RefusedAttr is the extended attribute of a script that says why it is not live.
const RefusedAttr = "user.wakefs.refused"

// mark says on the file itself why it was refused, or no longer.
func (d *Deployer) mark(ctx context.Context, a *fs.Attr, refused error) error {
	if refused == nil && !a.HasXattr {
		return nil
	}
	had, err := d.c.Meta().GetXattr(ctx, a.Ino, RefusedAttr)
	switch {
	case err != nil && fs.KindOf(err) != fs.KindNoAttr:
		return err
	case refused == nil && err != nil, refused != nil && err == nil && string(had) == refused.Error():
		return nil
	}
	op := &fs.SetXattr{Ino: a.Ino, Name: RefusedAttr}
	if refused != nil {
		op.Value = []byte(refused.Error())
	} else {
		op.Flags = fs.XattrRemove
	}
	return d.c.SetXattr(ctx, &fs.Cred{}, op)
}

// rolledBack tells whether the file's content is a version that somebody has rolled back
// from since it was saved: it must not come back with a restart.
func (d *Deployer) rolledBack(ctx context.Context, old *fs.Trigger, version string, a *fs.Attr) bool {
	if a.Mtime > old.Deployed {
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
	prog, err := script.Compile(t.Name, map[string]string{t.Name + ".go": string(src)})
	if err != nil {
		return fs.Trigger{}, err
	}
	next := triggerOf(prog.Spec)
	next.Version, next.Source, next.Owner, next.Disabled = version, t.Source, t.Owner, t.Disabled
	next.Deployed, next.Size = now, int64(len(src))
	return next, nil
}
