package state

import (
	"errors"
	"math"

	"github.com/wakefs/wakefs/fs"
)

// maxIno is the largest number that leaves room for the partition above it.
const maxIno = 1<<48 - 1

func (t *txn) alloc(op *fs.Alloc, r *fs.OpResult) error {
	if uint64(op.Inos) > maxIno-uint64(t.c.NextIno) || uint64(op.Stripes) > math.MaxUint64-uint64(t.c.NextStripe) {
		return fs.KindNoSpace
	}
	r.ID, r.ID2 = uint64(t.c.NextIno), uint64(t.c.NextStripe)
	t.c.NextIno += fs.Ino(op.Inos)
	t.c.NextStripe += fs.StripeID(op.Stripes)
	return nil
}

func (t *txn) openSession(op *fs.OpenSession, r *fs.OpResult) error {
	s := session{Name: op.Name, Opened: t.tx.Time}
	r.ID = uint64(t.c.NextSession)
	t.set(key1(t.key[:0], tagSession, t.c.NextSession), s.append(t.buf[:0]))
	t.c.NextSession++
	t.eff.Sessions = true
	return nil
}

func (t *txn) closeSession(op *fs.CloseSession) error {
	t.key = key1(t.key[:0], tagSession, op.ID)
	if _, ok, err := t.v.Get(t.key); err != nil {
		return storage(err)
	} else if !ok {
		return nil
	}
	t.v.Delete(t.key)
	var keys [][]byte // Window of them at most, and the files held
	collect := func(k, _ []byte) (bool, error) {
		keys = append(keys, append([]byte(nil), k...))
		return true, nil
	}
	err := scan(&t.v, key1(nil, tagHeld, op.ID), key1(nil, tagHeld, op.ID+1), false, collect)
	if err != nil {
		return err
	}
	for _, k := range keys {
		n, err := t.file(fs.Ino(number(k[8:])))
		if errors.Is(err, fs.KindNotFound) {
			continue // it was removed since
		}
		if err == nil {
			err = t.announceClosed(n)
		}
		if err != nil {
			return err
		}
	}
	if err := scan(&t.v, key1(nil, tagDone, op.ID), key1(nil, tagDone, op.ID+1), false, collect); err != nil {
		return err
	}
	for _, k := range keys {
		t.v.Delete(k)
	}
	t.eff.Sessions = true
	t.closed = t.closed || op.ID == t.tx.Session
	return nil
}

// putServer registers a server. One that comes back under its UUID is still lost or draining if
// it was: that is for an operator to take back, by its ID.
func (t *txn) putServer(op *fs.PutServer, r *fs.OpResult) error {
	s := op.Info
	if s.UUID == "" {
		return invalid("a chunk server needs a UUID")
	}
	list, err := Servers(&t.v)
	if err != nil {
		return err
	}
	var old *fs.ServerInfo
	for i := range list {
		o := &list[i]
		switch {
		case o.UUID == s.UUID && s.ID != 0 && s.ID != o.ID:
			return invalid("UUID %s is server %d's", s.UUID, o.ID)
		case o.UUID == s.UUID || o.ID == s.ID:
			old = o
		}
	}
	switch {
	case s.ID == 0 && old != nil:
		s.ID, s.Lost, s.Draining = old.ID, old.Lost, old.Draining
	case s.ID == 0:
		s.ID = t.c.NextServer
		t.c.NextServer++
	case old == nil:
		return fs.KindNotFound
	}
	r.ID = uint64(s.ID)
	if old != nil && *old == s {
		return nil
	}
	t.set(key1(t.key[:0], tagServer, s.ID), s.Append(t.buf[:0]))
	t.mapChanged()
	return nil
}

func (t *txn) mapChanged() {
	t.c.MapIndex++
	t.eff.Map = true
}

func (t *txn) putPG(op *fs.PutPG, r *fs.OpResult) error {
	p := op.PG
	if err := t.checkPG(&p); err != nil {
		return err
	}
	if p.ID == 0 {
		p.ID = t.c.NextPG
		t.c.NextPG++
		p.Epoch = max(p.Epoch, 1)
	} else {
		var old fs.PG
		ok, err := load(&t.v, key1(nil, tagPG, p.ID), old.Decode)
		switch {
		case err != nil:
			return err
		case !ok:
			return fs.KindNotFound
		case p.Epoch != old.Epoch+1:
			return fs.Errorf("", fs.KindConflict, "", "group %d is at epoch %d, so %d cannot follow", p.ID, old.Epoch, p.Epoch)
		case p.Scheme != old.Scheme:
			return invalid("the scheme of group %d cannot change", p.ID)
		}
	}
	r.ID = uint64(p.ID)
	t.set(key1(t.key[:0], tagPG, p.ID), p.Append(t.buf[:0]))
	t.mapChanged()
	return nil
}

// checkPG holds a group to its shape: as many members as shards, all known, none twice.
func (t *txn) checkPG(p *fs.PG) error {
	if p.Scheme.K == 0 || len(p.Members) != p.Scheme.Shards() || len(p.Members) > 32 {
		return invalid("%d members for %d+%d shards", len(p.Members), p.Scheme.K, p.Scheme.M)
	}
	for i, m := range p.Members {
		for _, other := range p.Members[:i] {
			if m == other {
				return invalid("server %d is a member twice", m)
			}
		}
		t.key = key1(t.key[:0], tagServer, m)
		if _, ok, err := t.v.Get(t.key); err != nil {
			return storage(err)
		} else if !ok {
			return invalid("unknown server %d", m)
		}
	}
	return nil
}
