package kv

import "bytes"

// Mem is a View in memory. The zero value is empty and ready.
type Mem struct{ t table }

// NewMem returns an empty Mem.
func NewMem() *Mem { return &Mem{} }

// Len is the number of keys.
func (m *Mem) Len() int { return m.t.n }

// Get implements Reader. The value stays valid for good.
func (m *Mem) Get(key []byte) ([]byte, bool, error) {
	if e := m.t.find(key); e != nil {
		return e.val, true, nil
	}
	return nil, false, nil
}

// Scan implements Reader.
func (m *Mem) Scan(lo, hi []byte, reverse bool, fn func(k, v []byte) bool) error {
	t := &m.t
	if reverse {
		for c := t.last(hi); ; c = t.prev(c) {
			e := t.at(c)
			if e == nil || bytes.Compare(e.key, lo) < 0 || !fn(e.key, e.val) {
				return nil
			}
		}
	}
	c, _ := t.seek(lo)
	for ; ; c = t.next(c) {
		e := t.at(c)
		if e == nil || hi != nil && bytes.Compare(e.key, hi) >= 0 || !fn(e.key, e.val) {
			return nil
		}
	}
}

// Set implements View.
func (m *Mem) Set(key, val []byte) {
	v := append([]byte(nil), val...)
	if e := m.t.find(key); e != nil {
		e.val = v
		return
	}
	m.t.insert(entry{key: append([]byte(nil), key...), val: v})
}

// Delete implements View.
func (m *Mem) Delete(key []byte) {
	if c, ok := m.t.seek(key); ok {
		m.t.remove(c)
	}
}

// last is the position of the last entry before hi, or with a nil hi of the last.
func (t *table) last(hi []byte) cursor {
	end := cursor{len(t.runs), 0}
	if hi != nil {
		end, _ = t.seek(hi)
	}
	return t.prev(end)
}
