package kv

import "bytes"

// Overlay is a View of changes over a base that it does not touch. It is cheap to make,
// and cheaper still to Reset and use again.
type Overlay struct {
	base  Reader
	t     table
	arena arena
}

// NewOverlay returns an Overlay without changes.
func NewOverlay(base Reader) *Overlay { return &Overlay{base: base} }

// Len is the number of changed keys.
func (o *Overlay) Len() int { return o.t.n }

// Size is roughly the memory that the changes take, in bytes.
func (o *Overlay) Size() int { return o.arena.used + o.t.n*64 }

// Get implements Reader.
func (o *Overlay) Get(key []byte) ([]byte, bool, error) {
	if o.t.n > 0 {
		if e := o.t.find(key); e != nil {
			return e.val, !e.dead, nil
		}
	}
	return o.base.Get(key)
}

// Set implements View.
func (o *Overlay) Set(key, val []byte) { o.put(key, val, false) }

// Delete implements View.
func (o *Overlay) Delete(key []byte) { o.put(key, nil, true) }

func (o *Overlay) put(key, val []byte, dead bool) {
	e := o.t.find(key)
	if e == nil {
		e = o.t.insert(entry{key: o.arena.copy(key)})
	}
	e.val, e.dead = o.arena.copy(val), dead
}

// Scan implements Reader: the base's keys and the changed ones, merged.
func (o *Overlay) Scan(lo, hi []byte, reverse bool, fn func(k, v []byte) bool) error {
	if o.t.n == 0 {
		return o.base.Scan(lo, hi, reverse, fn)
	}
	m := merge{t: &o.t, lo: lo, hi: hi, reverse: reverse, fn: fn}
	if reverse {
		m.at = o.t.last(hi)
	} else {
		m.at, _ = o.t.seek(lo)
	}
	if err := o.base.Scan(lo, hi, reverse, m.visit); err != nil {
		return err
	}
	for !m.stopped && m.emit() {
	}
	return nil
}

// merge walks a table's entries in step with the base's keys.
type merge struct {
	t       *table
	at      cursor // of the next change to emit
	lo, hi  []byte
	reverse bool
	stopped bool
	fn      func(k, v []byte) bool
}

// peek returns the next change in the range, or nil.
func (m *merge) peek() *entry {
	e := m.t.at(m.at)
	if e == nil || m.reverse && bytes.Compare(e.key, m.lo) < 0 ||
		!m.reverse && m.hi != nil && bytes.Compare(e.key, m.hi) >= 0 {
		return nil
	}
	return e
}

// emit passes the next change on, unless it is a deletion, and tells whether there was one.
func (m *merge) emit() bool {
	e := m.peek()
	if e == nil {
		return false
	}
	if m.reverse {
		m.at = m.t.prev(m.at)
	} else {
		m.at = m.t.next(m.at)
	}
	if !e.dead && !m.fn(e.key, e.val) {
		m.stopped = true
	}
	return true
}

// visit takes the base's next key: first come the changes before it, then the change of it or itself.
func (m *merge) visit(k, v []byte) bool {
	for {
		e := m.peek()
		if e == nil {
			break
		}
		c := bytes.Compare(e.key, k)
		if m.reverse {
			c = -c
		}
		if c > 0 {
			break
		}
		m.emit()
		if m.stopped {
			return false
		}
		if c == 0 {
			return true
		}
	}
	if !m.fn(k, v) {
		m.stopped = true
	}
	return !m.stopped
}

// Changes calls fn for the changed keys in order until it returns false. A deleted one has a nil
// value. What fn gets is valid until Reset; fn must not write to the overlay.
func (o *Overlay) Changes(fn func(k, v []byte, deleted bool) (more bool)) {
	for _, run := range o.t.runs {
		for i := range run {
			if !fn(run[i].key, run[i].val, run[i].dead) {
				return
			}
		}
	}
}

// Flush writes the changes into a view, in order. They stay in the overlay.
func (o *Overlay) Flush(into View) {
	for _, run := range o.t.runs {
		for i := range run {
			if run[i].dead {
				into.Delete(run[i].key)
			} else {
				into.Set(run[i].key, run[i].val)
			}
		}
	}
}

// Reset forgets the changes. Values that Get returned are no longer valid.
func (o *Overlay) Reset() {
	o.t.reset()
	o.arena.reset()
}

// Rebase forgets the changes and puts the overlay over another base.
func (o *Overlay) Rebase(base Reader) {
	o.Reset()
	o.base = base
}

// arena holds copies of keys and values, so that a change costs no allocation of its own.
type arena struct {
	buf  []byte // copies are carved off its end
	used int    // bytes, in all bufs
}

const (
	arenaFirst = 1 << 10
	arenaMax   = 256 << 10
)

func (a *arena) copy(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	a.used += len(b)
	if len(b) > arenaMax/4 {
		return append([]byte(nil), b...)
	}
	if cap(a.buf)-len(a.buf) < len(b) {
		size := min(max(2*cap(a.buf), arenaFirst), arenaMax)
		a.buf = make([]byte, 0, max(size, len(b)))
	}
	n := len(a.buf)
	a.buf = append(a.buf, b...)
	return a.buf[n:len(a.buf):len(a.buf)]
}

// reset keeps the newest buffer for the next use.
func (a *arena) reset() { a.buf, a.used = a.buf[:0], 0 }
