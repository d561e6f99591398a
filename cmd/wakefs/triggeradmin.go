package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/triggers"
	"github.com/wakefs/wakefs/triggers/script"
)

// The node's side of the trigger commands.

func (n *node) triggerList(ctx context.Context) ([]triggerRow, error) {
	list, err := n.session.Triggers(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]triggerRow, len(list))
	for i := range list {
		rows[i] = n.rowOf(&list[i])
	}
	return rows, nil
}

func (n *node) rowOf(t *fs.Trigger) triggerRow {
	r := triggerRow{
		Name: t.Name, Version: t.Version, State: "live", Refused: t.Refused, Owner: t.Owner.UID, Deployed: time.Unix(0, t.Deployed),
		Queued: t.Stats.Queued, Done: t.Stats.Done, Failed: t.Stats.Failed, Dead: t.Stats.Dead, Backlog: t.Stats.Backlog,
	}
	switch {
	case t.Disabled:
		r.State = "disabled"
	case t.Version == "":
		r.State = "refused"
	case t.Refused != "":
		r.State = "live (new save refused)"
	}
	if at := n.dispatcher.Limited(t.Name); !at.IsZero() {
		r.State += ", limited until " + at.Format(time.TimeOnly)
	}
	for _, m := range t.On {
		s := m.Events.String() + " " + strings.Join(m.Globs, " ")
		for _, not := range m.Not {
			s += " !" + not
		}
		r.On = append(r.On, s)
	}
	if t.Every != "" {
		r.On = append(r.On, "every "+t.Every)
	}
	if p, ok := n.output.Pace(t.Name); ok {
		r.Pace = &p
	}
	return r
}

// whenOf says in the words of the directives when, in what order and in what company a trigger's events are handled.
func whenOf(t *fs.Trigger) []string {
	out := []string{fmt.Sprintf("concurrency %d", t.Concurrency), fmt.Sprintf("order %v", t.Order)}
	if t.Settle > 0 {
		out = append(out, fmt.Sprintf("settle %v", time.Duration(t.Settle)))
	}
	if t.Batch > 0 {
		out = append(out, fmt.Sprintf("batch %d %v", t.Batch, time.Duration(t.BatchWait)))
	}
	if t.Idle {
		out = append(out, "idle")
	}
	for _, l := range t.Limits {
		if l.Kind == fs.LimitCPU {
			out = append(out, fmt.Sprintf("limit cpu %v in %v", time.Duration(l.Amount), time.Duration(l.Per)))
		} else {
			out = append(out, fmt.Sprintf("limit %d calls in %v", l.Amount, time.Duration(l.Per)))
		}
	}
	return out
}

// nextOf is when a trigger's schedule comes due next; zero if it has none.
func nextOf(t *fs.Trigger) time.Time {
	if t.Every == "" || t.Disabled || t.Version == "" {
		return time.Time{}
	}
	s, err := script.ParseSchedule(t.Every)
	if err != nil {
		return time.Time{}
	}
	return s.Next(time.Unix(0, max(t.Stats.Due, t.Deployed)))
}

// find returns a trigger, or an error that says how to see which there are.
func (n *node) find(ctx context.Context, name string) (fs.Trigger, error) {
	list, err := n.session.Triggers(ctx)
	if err != nil {
		return fs.Trigger{}, err
	}
	for _, t := range list {
		if t.Name == name {
			return t, nil
		}
	}
	return fs.Trigger{}, fs.Errorf("trigger", fs.KindNotFound, name, "there is no function of that name; see `wakefs trigger list`")
}

func (n *node) triggerShow(ctx context.Context, q triggerRequest) (triggerDetail, error) {
	t, err := n.find(ctx, q.Trigger)
	if err != nil {
		return triggerDetail{}, err
	}
	d := triggerDetail{triggerRow: n.rowOf(&t), Budget: t.Budget, When: whenOf(&t), Next: nextOf(&t)}
	if d.Versions, err = n.session.TriggerVersions(ctx, t.Name); err != nil && fs.KindOf(err) != fs.KindNotFound {
		return d, err
	}
	version := t.Version
	if q.Version != "" {
		if version, err = pickVersion(&t, d.Versions, q.Version); err != nil {
			return d, err
		}
	}
	if version != "" {
		src, err := n.session.TriggerSource(ctx, t.Name, version)
		if err != nil {
			return d, err
		}
		if d.Files, err = script.Unpack(t.Name, src); err != nil {
			return d, err
		}
		if spec, err := script.Parse(t.Name, d.Files); err == nil { // it was, when it was deployed
			d.HTTP, d.Secrets = spec.HTTP, spec.Secrets
		}
	}
	entries, _ := n.output.Since(0, func(e *triggers.Entry) bool { return e.Trigger == t.Name })
	d.Recent = entries[max(0, len(entries)-10):]
	return d, nil
}

func (n *node) propose(ctx context.Context, op fs.Op) (fs.OpResult, error) {
	res, err := n.session.Propose(ctx, &fs.Tx{Time: now(), Ops: []fs.Op{op}}, fs.Committed)
	if err != nil {
		return fs.OpResult{}, err
	}
	return res.Ops[0], n.dispatcher.Rescan(ctx)
}

// triggerSet disables (Drop) or enables a trigger.
func (n *node) triggerSet(ctx context.Context, q triggerRequest) (struct{}, error) {
	t, err := n.find(ctx, q.Trigger)
	if err == nil {
		_, err = n.propose(ctx, &fs.SetTrigger{Name: t.Name, Source: t.Source, Disabled: q.Drop, Refused: t.Refused})
	}
	return struct{}{}, err
}

// pickVersion finds the version that begins with prefix, or without one that which was deployed before the live one.
func pickVersion(t *fs.Trigger, versions []fs.TriggerVersion, prefix string) (string, error) {
	want := ""
	for _, v := range versions {
		if prefix == "" && v.Version != t.Version {
			return v.Version, nil
		}
		if prefix != "" && strings.HasPrefix(v.Version, prefix) {
			if want != "" {
				return "", fs.Errorf("version", fs.KindInvalid, t.Name, "several versions begin with %q: give more of it", prefix)
			}
			want = v.Version
		}
	}
	if want == "" {
		return "", fs.Errorf("version", fs.KindNotFound, t.Name, "there is no such version; see `wakefs trigger history %s`", t.Name)
	}
	return want, nil
}

// triggerRemove removes a function: what waits, and then in one Tx its script, its registration and what has come to wait meanwhile.
func (n *node) triggerRemove(ctx context.Context, q triggerRequest) (struct{}, error) {
	var none struct{}
	t, err := n.find(ctx, q.Trigger)
	if err != nil {
		return none, err
	}
	tx := &fs.Tx{Time: now(), Ops: []fs.Op{&fs.DropTrigger{Name: t.Name}}}
	if t.Source != 0 {
		if from, err := n.session.GetXattr(ctx, t.Source, triggers.PublishedAttr); err == nil {
			return none, fs.Errorf("rm", fs.KindInvalid, t.Name, "its script is published from %s: remove it there", from)
		}
		p, err := n.session.Path(ctx, t.Source)
		if err != nil && fs.KindOf(err) != fs.KindNotFound {
			return none, err
		}
		if err == nil {
			if err := n.unlinkScript(ctx, tx, p, t.Source); err != nil {
				return none, err
			}
		}
	}
	if _, err := triggers.DropWaiting(ctx, n.session, t.Name, now); err != nil {
		return none, err
	}
	if _, err := n.session.Propose(ctx, tx, fs.Committed); err != nil {
		return none, err
	}
	logged := n.output.Add(triggers.Entry{Time: time.Now(), Trigger: t.Name, Result: "removed"})
	return none, errors.Join(n.dispatcher.Refresh(ctx), logged)
}

// unlinkScript adds to tx that a function's script goes, whose main file is at p: with it the others of a function of several files, and
// their folder if nothing else is in it.
func (n *node) unlinkScript(ctx context.Context, tx *fs.Tx, p string, main fs.Ino) error {
	at, base := path.Split(p)
	dir, err := n.files.Resolve(ctx, path.Clean(at), true)
	if err != nil {
		return err
	}
	tx.Pre = append(tx.Pre, fs.Pre{Kind: fs.PreEntry, Ino: dir.Ino, Name: base, Child: main})
	if !triggers.IsMain(p) {
		tx.Ops = append(tx.Ops, &fs.Unlink{Parent: dir.Ino, Name: base})
		return nil
	}
	list, err := n.session.ReadDir(ctx, dir.Ino, "", 1<<16)
	if err != nil {
		return err
	}
	empty := true
	for _, e := range list {
		if e.Attr.IsRegular() && triggers.IsScript(e.Name) {
			tx.Ops = append(tx.Ops, &fs.Unlink{Parent: dir.Ino, Name: e.Name})
		} else {
			empty = false
		}
	}
	if empty {
		up, err := n.files.Resolve(ctx, path.Dir(path.Clean(at)), true)
		if err != nil {
			return err
		}
		tx.Ops = append(tx.Ops, &fs.Unlink{Parent: up.Ino, Name: path.Base(at), Dir: true})
	}
	return nil
}

// triggerRollback makes a version live again: the named one, or the one deployed before the
// live one. It answers with the version.
func (n *node) triggerRollback(ctx context.Context, q triggerRequest) (string, error) {
	t, err := n.find(ctx, q.Trigger)
	if err != nil {
		return "", err
	}
	versions, err := n.session.TriggerVersions(ctx, t.Name)
	if err != nil {
		return "", err
	}
	want, err := pickVersion(&t, versions, q.Version)
	if err != nil {
		return "", err
	}
	src, err := n.session.TriggerSource(ctx, t.Name, want)
	if err != nil {
		return "", err
	}
	next, err := triggers.Rollback(&t, want, src, now())
	if err != nil {
		return "", err
	}
	_, err = n.propose(ctx, &fs.PutTrigger{Trigger: next})
	return want, err
}

// maxDead is how many dead letters are listed at once.
const maxDead = 1000

func (n *node) triggerDead(ctx context.Context, q triggerRequest) ([]fs.Invocation, error) {
	return n.session.DeadLetters(ctx, q.Trigger, 0, maxDead)
}

// triggerLogs streams entries of the log.
func (n *node) triggerLogs(ctx context.Context, req []byte, w io.Writer) error {
	var q logsRequest
	if err := json.Unmarshal(req, &q); err != nil {
		return fs.E("call", fs.KindInvalid, "", err)
	}
	match := func(e *triggers.Entry) bool {
		return (q.Trigger == "" || e.Trigger == q.Trigger) && (q.Invocation == 0 || e.Invocation == q.Invocation || slices.Contains(e.Batch, q.Invocation))
	}
	if q.Trigger != "" {
		if _, err := n.find(ctx, q.Trigger); err != nil {
			if entries, _ := n.output.Since(0, match); len(entries) == 0 {
				return err
			}
		}
	}
	entries, at := n.output.Since(0, match)
	if q.Last > 0 {
		entries = entries[max(0, len(entries)-q.Last):]
	}
	for {
		for i := range entries {
			if err := writeLine(w, &entries[i]); err != nil {
				return fmt.Errorf("the reader is gone: %w", err)
			}
		}
		if !q.Follow {
			return nil
		}
		if err := n.output.Wait(ctx, at); err != nil {
			return nil // the node stops, or nobody reads any more
		}
		entries, at = n.output.Since(at, match)
	}
}
