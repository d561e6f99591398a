package state

import (
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
)

// scriptDir is where scripts live. What happens there wakes nothing: a deployment
// is no event of its own.
const scriptDir = "/triggers/"

// matcher is the live triggers, ready to match. They are those of the beginning of a Tx.
type matcher struct {
	epoch uint64
	types fs.EventType // that any of them waits for
	list  []waiter
}

// waiter is one live trigger.
type waiter struct {
	name   string
	on     []pattern
	settle int64 // ns
}

type pattern struct {
	types      fs.EventType
	globs, not []glob
}

// glob is a doublestar pattern with the directory that all its matches are in or are, so that
// most paths are dismissed by a comparison.
type glob struct{ dir, pattern string }

// follow loads the triggers of the view if they are not those that were loaded last.
func (m *matcher) follow(r kv.Reader, epoch uint64, off bool) error {
	if off {
		*m = matcher{}
		return nil
	}
	if m.epoch == epoch {
		return nil
	}
	next := matcher{epoch: epoch}
	err := scan(r, []byte{tagTrigger}, tagEnd(tagTrigger), false, func(k, v []byte) (bool, error) {
		var tr fs.Trigger
		if err := parse(k, v, tr.Decode); err != nil {
			return false, err
		}
		if tr.Version != "" { // a disabled one too: its events wait until it is enabled
			next.add(&tr)
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	*m = next
	return nil
}

func (m *matcher) add(tr *fs.Trigger) {
	w := waiter{name: tr.Name, settle: tr.Settle}
	for _, on := range tr.On {
		m.types |= on.Events
		w.on = append(w.on, pattern{types: on.Events, globs: globs(on.Globs), not: globs(on.Not)})
	}
	m.list = append(m.list, w)
}

func globs(patterns []string) []glob {
	list := make([]glob, len(patterns))
	for i, p := range patterns {
		dir := p
		if meta := strings.IndexAny(p, `*?[{\`); meta >= 0 {
			dir = p[:strings.LastIndexByte(p[:meta], '/')+1]
		}
		list[i] = glob{strings.TrimSuffix(dir, "/"), p}
	}
	return list
}

func (g *glob) matches(path string) bool {
	return strings.HasPrefix(path, g.dir) && doublestar.MatchUnvalidated(g.pattern, path)
}

func (w *waiter) matches(typ fs.EventType, path string) bool {
	for i := range w.on {
		p := &w.on[i]
		if p.types&typ != 0 && anyMatches(p.globs, path) && !anyMatches(p.not, path) {
			return true
		}
	}
	return false
}

func anyMatches(list []glob, path string) bool {
	for i := range list {
		if list[i].matches(path) {
			return true
		}
	}
	return false
}

// event is something that a Tx did and a trigger may wait for. What else the record
// says of the inode is as the Tx leaves it.
type event struct {
	typ           fs.EventType
	n             *inode
	path, oldPath string
}

// wants tells whether any trigger waits for the types. Without one no path is worked out.
func (t *txn) wants(types fs.EventType) bool { return t.m.triggers.types&types != 0 }

// announce makes an event of an inode under its present path. One without a path has no events.
func (t *txn) announce(typ fs.EventType, n *inode) error { return t.announceFrom(typ, n, "") }

// announceFrom makes an event of an inode that had another path before.
func (t *txn) announceFrom(typ fs.EventType, n *inode, before string) error {
	if !t.wants(typ) {
		return nil
	}
	p, err := t.path(n)
	if err == nil && p != "" {
		t.happened(event{typ: typ, n: n, path: p, oldPath: before})
	}
	return err
}

// happened notes an event once.
func (t *txn) happened(e event) {
	if strings.HasPrefix(e.path, scriptDir) {
		return
	}
	for i := len(t.events) - 1; i >= 0 && t.events[i].n == e.n; i-- {
		if t.events[i] == e {
			return
		}
	}
	t.events = append(t.events, e)
}

// announceClosed says that a file is complete, unless it was said of this content before.
func (t *txn) announceClosed(n *inode) error {
	if n.Nlink == 0 {
		return nil
	}
	if n.Closed != n.DataVersion {
		n.Closed = n.DataVersion
		n.touch()
		if err := t.announce(fs.EventClose, n); err != nil {
			return err
		}
	}
	if n.Arrived == n.DataVersion {
		return nil
	}
	return t.arrive(n, "")
}

// arrive says that a complete file is here, which had another path before if it was moved.
func (t *txn) arrive(n *inode, before string) error {
	if !n.IsRegular() {
		return nil
	}
	n.Arrived = n.DataVersion
	n.touch()
	return t.announceFrom(fs.EventArrive, n, before)
}

// announceRemoved says that a name goes. It is called before the name is gone.
func (t *txn) announceRemoved(dir *inode, name string, n *inode) error {
	if !t.wants(fs.EventRemove) {
		return nil
	}
	p, err := t.path(dir)
	if err == nil {
		t.happened(event{typ: fs.EventRemove, n: n, path: below(p, name)})
	}
	return err
}

// pathBelow is the path of a name that is about to move, if anybody wants to know.
func (t *txn) pathBelow(dir *inode, name string) (string, error) {
	if !t.wants(fs.EventRename | fs.EventArrive) {
		return "", nil
	}
	p, err := t.path(dir)
	return below(p, name), err
}

// announceMoved says that an inode has a new path.
func (t *txn) announceMoved(n *inode, before string) error {
	if err := t.announceFrom(fs.EventRename, n, before); err != nil {
		return err
	}
	return t.arrive(n, before)
}

// queueEvents makes an invocation for each event and each trigger that it wakes.
func (t *txn) queueEvents() error {
	for i := range t.events {
		e := &t.events[i]
		for j := range t.m.triggers.list {
			w := &t.m.triggers.list[j]
			if !w.matches(e.typ, e.path) && (e.typ != fs.EventRename || !w.matches(e.typ, e.oldPath)) {
				continue
			}
			if err := t.enqueue(w, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// enqueue stores an invocation: waiting, or dead at once if too many triggers led to it.
func (t *txn) enqueue(w *waiter, e *event) error {
	s, err := t.stat(w.name)
	if err != nil || s == nil { // this very Tx dropped the trigger
		return err
	}
	n := e.n
	inv := fs.Invocation{ID: t.c.NextInvocation, Trigger: w.name, Event: fs.Event{
		Type: e.typ, Path: e.path, OldPath: e.oldPath, Ino: n.Ino, Mode: n.Mode, Version: n.Version,
		Size: n.Size, UID: n.UID, GID: n.GID, Time: t.tx.Time, Chain: t.tx.Chain,
	}}
	if len(t.tx.Chain) >= fs.MaxChain {
		t.c.NextInvocation++
		s.Queued++
		s.Dead++
		inv.Dead = true
		inv.Error = "trigger cycle " + strings.Join(t.tx.Chain, " → ") + " → " + w.name + " …: stopped after 8"
		t.enlist(tagLetter, &inv)
		return nil
	}
	if w.settle > 0 {
		inv.RetryAt = t.tx.Time + w.settle
		if err := t.settle(&inv, s); err != nil {
			return err
		}
	}
	t.wait(&inv, s)
	return nil
}

// wait stores an invocation that waits, under the next ID.
func (t *txn) wait(inv *fs.Invocation, s *stats) {
	inv.ID = t.c.NextInvocation
	t.c.NextInvocation++
	s.Queued++
	s.Backlog++
	t.eff.Queued++
	t.enlist(tagInvocation, inv)
}

// settle makes inv, which has the next ID, the one that waits for its file to be quiet. One that waited for
// that until now, and whose time has not come, is forgotten as if it had never been queued. It loses its ID, so that whoever has
// read it cannot run it.
func (t *txn) settle(inv *fs.Invocation, s *stats) error {
	key := keySettling(nil, inv.Trigger, inv.Event.Ino)
	var id fs.InvocationID
	ok, err := load(&t.v, key, func(d *fs.Decoder) { id = fs.InvocationID(d.Uint()) })
	if err != nil {
		return err
	}
	if ok {
		var old fs.Invocation
		ok, err = load(&t.v, key1(t.key[:0], tagInvocation, id), old.Decode)
		if err != nil {
			return err
		}
		if ok && old.RetryAt > t.tx.Time {
			t.delist(tagInvocation, &old)
			s.Queued--
			s.Backlog--
		}
	}
	t.v.Set(key, fs.AppendUint(nil, inv.ID))
	return nil
}

// settled forgets that an invocation waited for its file to be quiet, when its first attempt ends.
func (t *txn) settled(inv *fs.Invocation) error {
	if inv.Attempt > 0 || inv.RetryAt == 0 {
		return nil
	}
	key := keySettling(nil, inv.Trigger, inv.Event.Ino)
	var id fs.InvocationID
	ok, err := load(&t.v, key, func(d *fs.Decoder) { id = fs.InvocationID(d.Uint()) })
	if err == nil && ok && id == inv.ID {
		t.v.Delete(key)
	}
	return err
}
