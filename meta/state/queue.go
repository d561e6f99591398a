package state

import (
	"hash/fnv"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/wakefs/wakefs/fs"
)

// stats is a trigger's counters in a Tx.
type stats struct {
	fs.TriggerStats
	name string
	gone bool // the trigger was dropped
}

// stat returns a trigger's counters to change, or nil if there is no such trigger.
func (t *txn) stat(name string) (*stats, error) {
	if s := t.stats.get(name); s != nil {
		if s.gone {
			return nil, nil
		}
		return s, nil
	}
	s := &stats{name: name}
	ok, err := load(&t.v, keyString(nil, tagStats, name), s.Decode)
	if err != nil || !ok {
		return nil, err
	}
	t.stats.add(name, s)
	return s, nil
}

// newStat makes the counters of a new trigger. Dead letters of an older one of that name count.
func (t *txn) newStat(name string) error {
	s := t.stats.get(name)
	if s == nil {
		s = &stats{}
		t.stats.add(name, s)
	}
	*s = stats{name: name}
	return scan(&t.v, []byte{tagLetter}, tagEnd(tagLetter), false, func(k, v []byte) (bool, error) {
		var inv fs.Invocation
		err := parse(k, v, inv.Decode)
		if inv.Trigger == name {
			s.Dead++
		}
		return true, err
	})
}

// trigger returns a registration, or nil.
func (t *txn) trigger(name string) (*fs.Trigger, error) {
	tr := new(fs.Trigger)
	ok, err := load(&t.v, keyString(nil, tagTrigger, name), tr.Decode)
	if err != nil || !ok {
		return nil, err
	}
	return tr, nil
}

// register stores a registration; with del it removes it. Epoch becomes another.
func (t *txn) register(tr *fs.Trigger, del bool) {
	tr.Stats = fs.TriggerStats{}
	key, val := keyString(nil, tagTrigger, tr.Name), tr.Append(nil)
	if del {
		val = nil
		t.v.Delete(key)
	} else {
		t.v.Set(key, val)
	}
	h := fnv.New64a()
	for _, b := range [][]byte{key1(nil, 0, t.c.Epoch), key, {0}, val} {
		h.Write(b)
	}
	t.c.Epoch = max(h.Sum64(), 1)
	t.eff.Triggers = true
}

func (t *txn) putTrigger(op *fs.PutTrigger) error {
	tr := op.Trigger
	if err := checkTrigger(&tr); err != nil {
		return err
	}
	ver := fs.TriggerVersion{Version: tr.Version}
	kept, err := load(&t.v, keyVersion(nil, tagVersion, tr.Name, tr.Version), ver.Decode)
	if err != nil {
		return err
	}
	if len(op.Source) > 0 {
		ver = fs.TriggerVersion{Version: tr.Version, Size: int64(len(op.Source))}
		t.v.Set(keyVersion(nil, tagSource, tr.Name, tr.Version), op.Source)
	} else if !kept {
		return fs.E("", fs.KindNotFound, "trigger "+tr.Name+" version "+tr.Version, nil)
	}
	ver.Deployed = t.tx.Time
	t.set(keyVersion(nil, tagVersion, tr.Name, tr.Version), ver.Append(t.buf[:0]))
	s, err := t.stat(tr.Name)
	if err != nil {
		return err
	}
	if s == nil {
		if err := t.newStat(tr.Name); err != nil {
			return err
		}
	}
	tr.Deployed, tr.Size = ver.Deployed, ver.Size
	t.register(&tr, false)
	return nil
}

func checkTrigger(tr *fs.Trigger) error {
	if err := checkName(tr.Name); err != nil {
		return err
	}
	if err := checkName(tr.Version); err != nil {
		return invalid("version %q", tr.Version)
	}
	for _, l := range tr.Limits {
		if l.Amount <= 0 || l.Per <= 0 || l.Kind > fs.LimitCPU {
			return invalid("limit %+v", l)
		}
	}
	for _, on := range tr.On {
		for _, list := range [][]string{on.Globs, on.Not} {
			for _, g := range list {
				if !strings.HasPrefix(g, "/") || !doublestar.ValidatePattern(g) {
					return invalid("%q is no pattern of absolute paths", g)
				}
			}
		}
	}
	return nil
}

func (t *txn) setTrigger(op *fs.SetTrigger) error {
	tr, err := t.trigger(op.Name)
	if err != nil {
		return err
	}
	if tr == nil {
		if op.Refused == "" {
			return fs.E("", fs.KindNotFound, "trigger "+op.Name, nil)
		}
		if err := checkName(op.Name); err != nil {
			return err
		}
		if err := t.newStat(op.Name); err != nil {
			return err
		}
		tr = &fs.Trigger{Name: op.Name}
	}
	if tr.Version == "" {
		tr.Source = op.Source
	}
	tr.Disabled, tr.Refused = op.Disabled, op.Refused
	t.register(tr, false)
	return nil
}

func (t *txn) dropTrigger(op *fs.DropTrigger) error {
	tr, err := t.trigger(op.Name)
	if err != nil {
		return err
	}
	if tr == nil {
		return fs.E("", fs.KindNotFound, "trigger "+op.Name, nil)
	}
	s, err := t.stat(op.Name)
	if err != nil {
		return err
	}
	if s != nil {
		s.gone = true
	}
	var keys [][]byte
	for _, tag := range []byte{tagVersion, tagSource, tagSettling, tagLine} {
		lo := keyVersion(nil, tag, op.Name, "")
		hi := append(keyString(nil, tag, op.Name), 1)
		err := scan(&t.v, lo, hi, false, func(k, _ []byte) (bool, error) {
			keys = append(keys, append([]byte(nil), k...))
			if tag == tagLine {
				keys = append(keys, key1(nil, tagInvocation, lastID(k)))
			}
			return true, nil
		})
		if err != nil {
			return err
		}
	}
	for _, k := range keys {
		t.v.Delete(k)
	}
	t.register(tr, true)
	return nil
}

// enlist adds an invocation to those that wait (tagInvocation) or are dead letters (tagLetter).
func (t *txn) enlist(tag byte, inv *fs.Invocation) {
	t.set(key1(t.key[:0], tag, inv.ID), inv.Append(t.buf[:0]))
	t.set(keyOf(t.key[:0], tag, inv.Trigger, inv.ID), nil)
}

// delist removes an invocation from there.
func (t *txn) delist(tag byte, inv *fs.Invocation) {
	t.remove(key1(t.key[:0], tag, inv.ID))
	t.remove(keyOf(t.key[:0], tag, inv.Trigger, inv.ID))
}

// waiting returns an invocation that waits at an attempt. Errors: KindConflict.
func (t *txn) waiting(id fs.InvocationID, attempt uint32) (inv fs.Invocation, err error) {
	t.key = key1(t.key[:0], tagInvocation, id)
	ok, err := load(&t.v, t.key, inv.Decode)
	if err == nil && (!ok || inv.Attempt != attempt) {
		err = fs.Errorf("", fs.KindConflict, "", "invocation %d does not wait at attempt %d", id, attempt)
	}
	return inv, err
}

func (t *txn) ack(op *fs.Ack) error {
	inv, err := t.waiting(op.ID, op.Attempt)
	if err != nil {
		return err
	}
	t.delist(tagInvocation, &inv)
	if err := t.settled(&inv); err != nil {
		return err
	}
	s, err := t.stat(inv.Trigger)
	if err == nil && s != nil {
		s.Done++
		s.Backlog--
	}
	return err
}

func (t *txn) fail(op *fs.Fail) error {
	inv, err := t.waiting(op.ID, op.Attempt)
	if err != nil {
		return err
	}
	if err := t.settled(&inv); err != nil {
		return err
	}
	inv.Attempt++
	inv.RetryAt, inv.Dead, inv.Error = op.RetryAt, op.Dead, op.Report.Error
	s, err := t.stat(inv.Trigger)
	if err != nil {
		return err
	}
	if s != nil {
		s.Failed++
	}
	if !op.Dead {
		t.set(key1(t.key[:0], tagInvocation, inv.ID), inv.Append(t.buf[:0]))
		return nil
	}
	inv.RetryAt = 0
	t.delist(tagInvocation, &inv)
	t.enlist(tagLetter, &inv)
	if s != nil {
		s.Backlog--
		s.Dead++
	}
	return nil
}

// requeue revives dead letters, or forgets invocations. A dead letter whose trigger is gone stays, unless it is forgotten.
func (t *txn) requeue(op *fs.Requeue, r *fs.OpResult) error {
	for _, id := range op.IDs {
		var inv fs.Invocation
		tag := byte(tagLetter)
		ok, err := load(&t.v, key1(nil, tag, id), inv.Decode)
		if err == nil && !ok && op.Drop {
			tag = tagInvocation
			ok, err = load(&t.v, key1(nil, tag, id), inv.Decode)
		}
		if err != nil {
			return err
		}
		s, err := t.stat(inv.Trigger)
		if err != nil {
			return err
		}
		if !ok || s == nil && !op.Drop {
			continue
		}
		r.ID++
		t.delist(tag, &inv)
		if tag == tagInvocation {
			if err := t.settled(&inv); err != nil {
				return err
			}
		}
		switch {
		case s == nil:
			continue
		case tag == tagInvocation:
			s.Backlog--
		default:
			s.Dead--
		}
		if op.Drop {
			continue
		}
		s.Backlog++
		t.eff.Queued++
		inv.Attempt, inv.RetryAt, inv.Dead = 0, 0, false
		t.enlist(tagInvocation, &inv)
	}
	return nil
}

// enqueueOp makes an invocation that no change of a file caused.
func (t *txn) enqueueOp(op *fs.Enqueue, r *fs.OpResult) error {
	tr, err := t.trigger(op.Trigger)
	if err != nil {
		return err
	}
	s, err := t.stat(op.Trigger)
	if err != nil {
		return err
	}
	if tr == nil || s == nil || tr.Version == "" {
		return fs.E("", fs.KindNotFound, "trigger "+op.Trigger, nil)
	}
	if op.Due != 0 {
		if op.Due <= s.Due {
			return fs.Errorf("", fs.KindConflict, "trigger "+op.Trigger, "its schedule was followed further than this")
		}
		s.Due = op.Due
	}
	inv := fs.Invocation{Trigger: op.Trigger, Event: op.Event}
	t.wait(&inv, s)
	r.ID = uint64(inv.ID)
	return nil
}
