package kv

import "bytes"

// entry is a key of a table. Dead marks a deletion; only an Overlay has such.
type entry struct {
	key, val []byte
	dead     bool
}

// maxRun bounds the entries that an insertion shifts.
const maxRun = 64

// table is an ordered map in two levels: runs of up to maxRun entries in order, none of
// them empty. A lookup is two binary searches; few keys are one small slice, which
// is what most overlays have; a million keys insert in well under a microsecond.
type table struct {
	runs  [][]entry
	n     int
	spare []entry // an empty run that reset kept
}

// cursor is a position in a table: of the entry runs[run][i].
type cursor struct{ run, i int }

// seek returns the position of the first entry with a key ≥ key, and whether it is key.
func (t *table) seek(key []byte) (c cursor, found bool) {
	// The last run whose first key is ≤ key is the one to look in.
	lo, hi := 0, len(t.runs)
	for lo < hi {
		mid := int(uint(lo+hi) / 2)
		if bytes.Compare(t.runs[mid][0].key, key) <= 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == 0 {
		return cursor{}, false
	}
	r := lo - 1
	run := t.runs[r]
	i, j := 0, len(run)
	for i < j {
		mid := int(uint(i+j) / 2)
		switch bytes.Compare(run[mid].key, key) {
		case 0:
			return cursor{r, mid}, true
		case -1:
			i = mid + 1
		default:
			j = mid
		}
	}
	if i == len(run) {
		return cursor{r + 1, 0}, false
	}
	return cursor{r, i}, false
}

// at returns the entry at c, or nil beyond either end.
func (t *table) at(c cursor) *entry {
	if c.run < 0 || c.run >= len(t.runs) {
		return nil
	}
	return &t.runs[c.run][c.i]
}

func (t *table) next(c cursor) cursor {
	if c.i+1 < len(t.runs[c.run]) {
		return cursor{c.run, c.i + 1}
	}
	return cursor{c.run + 1, 0}
}

// prev is the position before c, which may be the end.
func (t *table) prev(c cursor) cursor {
	if c.i > 0 {
		return cursor{c.run, c.i - 1}
	}
	if c.run == 0 {
		return cursor{-1, 0}
	}
	return cursor{c.run - 1, len(t.runs[c.run-1]) - 1}
}

// find returns the entry of key, or nil. It is valid until the next insertion or removal.
func (t *table) find(key []byte) *entry {
	if c, ok := t.seek(key); ok {
		return t.at(c)
	}
	return nil
}

// insert adds an entry whose key is not there and returns it, valid as find's.
// It keeps e.key.
func (t *table) insert(e entry) *entry {
	t.n++
	if len(t.runs) == 0 {
		t.runs = append(t.runs, append(t.spare, e))
		t.spare = nil
		return &t.runs[0][0]
	}
	c, _ := t.seek(e.key)
	if c.i == 0 && c.run > 0 { // append to the run before rather than prepend to this one
		c.run--
		c.i = len(t.runs[c.run])
	}
	run := append(t.runs[c.run], entry{})
	copy(run[c.i+1:], run[c.i:])
	run[c.i] = e
	t.runs[c.run] = run
	if len(run) <= maxRun {
		return &run[c.i]
	}
	t.split(c.run, c.i == len(run)-1)
	return t.find(e.key)
}

// split halves a full run. Ascending insertion leaves the run full instead, so that
// keys loaded in order take no more room than they need.
func (t *table) split(r int, ascending bool) {
	run := t.runs[r]
	at := len(run) / 2
	if ascending {
		at = len(run) - 1
	}
	tail := make([]entry, len(run)-at, maxRun+1)
	copy(tail, run[at:])
	clear(run[at:])
	t.runs[r] = run[:at]
	t.runs = append(t.runs, nil)
	copy(t.runs[r+2:], t.runs[r+1:])
	t.runs[r+1] = tail
}

// remove takes out the entry at c.
func (t *table) remove(c cursor) {
	t.n--
	run := t.runs[c.run]
	copy(run[c.i:], run[c.i+1:])
	run[len(run)-1] = entry{}
	run = run[:len(run)-1]
	t.runs[c.run] = run
	if len(run) == 0 {
		t.runs = append(t.runs[:c.run], t.runs[c.run+1:]...)
	}
}

// reset forgets everything. It keeps the memory of one run for the next use.
func (t *table) reset() {
	t.n = 0
	if len(t.runs) == 0 {
		return
	}
	t.spare = t.runs[0][:0]
	clear(t.runs[0])
	clear(t.runs)
	t.runs = t.runs[:0]
}
