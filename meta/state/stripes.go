package state

import (
	"github.com/wakefs/wakefs/fs"
)

// stripe is a stripe's record in a Tx. Live passes through anything while operations
// follow each other; whether the stripe is dead is decided when the Tx ends.
type stripe struct {
	fs.Stripe
	made, dirty, gone bool
	wasDead           bool // when the Tx began: its shards may be gone, so nothing may refer to it again
	wasMissing        bool // it was in the index of the missing
	was               uint32
}

func (t *txn) stripe(id fs.StripeID) (*stripe, error) {
	if s := t.stripes.get(id); s != nil {
		if s.gone {
			return nil, fs.KindNotFound
		}
		return s, nil
	}
	s := new(stripe)
	t.key = key1(t.key[:0], tagStripe, id)
	ok, err := load(&t.v, t.key, s.Decode)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fs.KindNotFound
	}
	s.wasDead, s.wasMissing, s.was = s.Live == 0, s.degraded(), s.Stripe.Missing
	t.stripes.add(id, s)
	return s, nil
}

// degraded tells whether shards are to be rebuilt. Those of a dead stripe are not.
func (s *stripe) degraded() bool { return s.Live > 0 && s.Missing != 0 }

// addStripes makes records of new stripes.
func (t *txn) addStripes(list []fs.Stripe) error {
	for i := range list {
		n := &list[i]
		if n.ID == 0 || n.ID >= t.c.NextStripe || n.PG == 0 || n.Len == 0 || n.Len > fs.MaxStripe {
			return invalid("stripe %d of %d bytes in group %d", n.ID, n.Len, n.PG)
		}
		if _, err := t.stripe(n.ID); err != fs.KindNotFound {
			if err == nil {
				err = invalid("stripe %d is there already", n.ID)
			}
			return err
		}
		s := &stripe{Stripe: *n, made: true, dirty: true}
		s.Live = 0
		t.stripes.add(n.ID, s)
	}
	return nil
}

// settleStripes writes the changed stripes, their indexes and counters.
func (t *txn) settleStripes() {
	for _, s := range t.stripes.list {
		if !s.dirty {
			continue
		}
		dead, missing := s.Live == 0 && !s.gone, s.degraded() && !s.gone
		if s.gone {
			t.remove(key1(t.key[:0], tagStripe, s.ID))
			t.c.Stripes--
		} else {
			t.set(key1(t.key[:0], tagStripe, s.ID), s.Append(t.buf[:0]))
		}
		if s.made && !s.gone {
			t.c.Stripes++
		}
		t.index(tagDead, s.ID, s.wasDead, dead, &t.c.Dead, &t.eff.Dead)
		t.index(tagMissing, s.ID, s.wasMissing, missing, &t.c.Degraded, nil)
		if missing && s.Missing&^s.was != 0 {
			t.eff.Missing++
		}
	}
}

// index keeps an index and its counter in step. Entered counts the entries that are new.
func (t *txn) index(tag byte, id fs.StripeID, was, is bool, count *uint64, entered *int) {
	switch {
	case is && !was:
		t.set(key1(t.key[:0], tag, id), nil)
		*count++
		if entered != nil {
			*entered++
		}
	case was && !is:
		t.remove(key1(t.key[:0], tag, id))
		*count--
	}
}

func (t *txn) forget(op *fs.Forget) error {
	for _, id := range op.Stripes {
		s, err := t.stripe(id)
		if err == fs.KindNotFound {
			continue
		}
		if err != nil {
			return err
		}
		if !s.wasDead || s.Live != 0 {
			return fs.Errorf("", fs.KindConflict, "", "stripe %d is referred to", id)
		}
		s.gone, s.dirty = true, true
	}
	return nil
}

func (t *txn) missing(op *fs.Missing) error {
	s, err := t.stripe(op.Stripe)
	if err == fs.KindNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if s.Stripe.Missing != op.From {
		return fs.Errorf("", fs.KindConflict, "", "stripe %d misses %b, not %b", op.Stripe, s.Stripe.Missing, op.From)
	}
	s.Stripe.Missing = op.Set
	s.dirty = true
	return nil
}
