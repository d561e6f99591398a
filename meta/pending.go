package meta

import (
	"bytes"

	"github.com/RaduBerinde/btreemap"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
)

// gen numbers the Txs that a leader accepted, from 1 in each term of leading. What is accepted
// is applied in this order.
type gen uint64

// pending holds what accepted Txs changed that are not applied yet, over the applied
// state. Each key remembers who wrote it, so that a read can tell its own session's
// promises from those made to others. Guarded by Node.mu.
type pending struct {
	keys    *btreemap.BTreeMap[[]byte, pendingValue]
	applied gen  // the last Tx that is in the store
	live    bool // this node leads: what is pending and applied is all there is
}

// pendingValue is the newest value of a key.
type pendingValue struct {
	val     []byte
	dead    bool
	gen     gen          // of the Tx that wrote it
	session fs.SessionID // of that Tx
	// other is the last gen at which another session wrote the key; 0: none, as
	// far as is known.
	other gen
}

func newPending() *pending {
	return &pending{keys: btreemap.New[[]byte, pendingValue](32, bytes.Compare)}
}

// add puts a Tx's changes over all before it. It keeps their keys and values.
func (p *pending) add(delta *kv.Overlay, g gen, session fs.SessionID) {
	delta.Changes(func(k, v []byte, deleted bool) bool {
		n := pendingValue{val: v, dead: deleted, gen: g, session: session}
		if _, old, ok := p.keys.Get(k); ok {
			n.other = old.other
			if old.session != session {
				n.other = old.gen
			}
		}
		p.keys.ReplaceOrInsert(k, n)
		return true
	})
}

// drop forgets the changes of a Tx that has been applied, except where a later one
// has overwritten them.
func (p *pending) drop(delta *kv.Overlay, g gen) {
	delta.Changes(func(k, _ []byte, _ bool) bool {
		if _, v, ok := p.keys.Get(k); ok && v.gen <= g {
			p.keys.Delete(k)
		}
		return true
	})
	p.applied = g
}

// reset forgets everything: leading begins or ends.
func (p *pending) reset(live bool) {
	p.live = live
	p.keys = btreemap.New[[]byte, pendingValue](32, bytes.Compare)
	p.applied = 0
}

// view is what one session sees: accepted Txs over the applied state. It notes what it
// saw that others were only promised. For one goroutine, while Node.mu is held at least for reading.
type view struct {
	p       *pending
	base    kv.Reader
	session fs.SessionID
	// foreign is the last gen that must be committed before what was read may be told to the
	// session; 0: nothing.
	foreign gen
	// ownOnly hides what other sessions were promised instead of noting it, with what the session itself
	// was promised of the same keys before.
	ownOnly bool
}

// saw notes that a key's pending value was read, and tells whether the view shows it.
func (v *view) saw(key []byte, pv *pendingValue) bool {
	if v.ownOnly {
		return pv.session == v.session
	}
	if incidental(key) {
		return true
	}
	g := pv.gen
	if pv.session == v.session {
		g = pv.other
	}
	if g > v.p.applied {
		v.foreign = max(v.foreign, g)
	}
	return true
}

// Get implements kv.Reader.
func (v *view) Get(key []byte) ([]byte, bool, error) {
	if v.p.keys.Len() > 0 {
		if _, pv, ok := v.p.keys.Get(key); ok {
			if v.saw(key, &pv) {
				return pv.val, !pv.dead, nil
			}
		}
	}
	return v.base.Get(key)
}

// Scan implements kv.Reader.
func (v *view) Scan(lo, hi []byte, reverse bool, fn func(k, val []byte) bool) error {
	over, any := v.within(lo, hi)
	if !any {
		return v.base.Scan(lo, hi, reverse, fn)
	}
	return over.Scan(lo, hi, reverse, fn)
}

// within copies the pending changes of a range into an overlay over the base. Ranges are
// small: an inode's extents, a directory's entries not yet committed.
func (v *view) within(lo, hi []byte) (*kv.Overlay, bool) {
	if v.p.keys.Len() == 0 {
		return nil, false
	}
	from, to := btreemap.Min[[]byte](), btreemap.Max[[]byte]()
	if lo != nil {
		from = btreemap.GE(lo)
	}
	if hi != nil {
		to = btreemap.LT(hi)
	}
	var over *kv.Overlay
	for k, pv := range v.p.keys.Ascend(from, to) {
		if !v.saw(k, &pv) {
			continue
		}
		if over == nil {
			over = kv.NewOverlay(v.base)
		}
		if pv.dead {
			over.Delete(k)
		} else {
			over.Set(k, pv.val)
		}
	}
	return over, over != nil
}
