package client

import "sort"

// span says that the file's bytes [off, end) are buf's bytes from pos.
type span struct {
	off, end int64
	buf      *buffer
	pos      int
}

// bytes is the span's data; it aliases the buffer.
func (s *span) bytes() []byte { return s.buf.data[s.pos : s.pos+int(s.end-s.off)] }

// slice is the part of the span in [off, end).
func (s span) slice(off, end int64) span {
	s.pos += int(off - s.off)
	s.off, s.end = off, end
	return s
}

// spanMap is what a file's uncommitted writes cover: sorted spans that do not overlap.
type spanMap []span

// after is the index of the first span that ends behind off.
func (m spanMap) after(off int64) int {
	if n := len(m); n == 0 || m[n-1].end <= off {
		return n // appending is the common case
	}
	return sort.Search(len(m), func(i int) bool { return m[i].end > off })
}

// insert puts s over whatever the map has in its range.
func (m *spanMap) insert(s span) {
	i := m.after(s.off)
	if i > 0 {
		p := &(*m)[i-1]
		if p.end == s.off && p.buf == s.buf && p.pos+int(p.end-p.off) == s.pos && (i == len(*m) || (*m)[i].off >= s.end) {
			p.end = s.end
			return
		}
	}
	j := i
	var keep [2]span // what stays of the first and of the last span that s covers in part
	n := 0
	if i < len(*m) && (*m)[i].off < s.off {
		keep[n] = (*m)[i].slice((*m)[i].off, s.off)
		n++
	}
	left := n
	for j < len(*m) && (*m)[j].off < s.end {
		j++
	}
	if j > i && (*m)[j-1].end > s.end {
		keep[n] = (*m)[j-1].slice(s.end, (*m)[j-1].end)
		n++
	}
	m.replace(i, j, append(append(append(make([]span, 0, 3), keep[:left]...), s), keep[left:n]...))
}

// replace puts with in the place of the spans [i, j).
func (m *spanMap) replace(i, j int, with []span) {
	old := *m
	if grow := len(with) - (j - i); grow > 0 {
		for range grow {
			old = append(old, span{})
		}
		copy(old[j+grow:], old[j:len(old)-grow])
	} else if grow < 0 {
		copy(old[j+grow:], old[j:])
		clear(old[len(old)+grow:])
		old = old[:len(old)+grow]
	}
	copy(old[i:], with)
	*m = old
}

// cut removes what lies in [off, end).
func (m *spanMap) cut(off, end int64) {
	i := m.after(off)
	j := i
	var with []span
	for j < len(*m) && (*m)[j].off < end {
		s := (*m)[j]
		if s.off < off {
			with = append(with, s.slice(s.off, off))
		}
		if s.end > end {
			with = append(with, s.slice(end, s.end))
		}
		j++
	}
	if j > i {
		m.replace(i, j, with)
	}
}

// drop removes the spans of the buffers for which gone is true.
func (m *spanMap) drop(gone func(*buffer) bool) {
	keep := (*m)[:0]
	for _, s := range *m {
		if !gone(s.buf) {
			keep = append(keep, s)
		}
	}
	clear((*m)[len(keep):])
	*m = keep
}

// end is the offset behind the last span.
func (m spanMap) end() int64 {
	if len(m) == 0 {
		return 0
	}
	return m[len(m)-1].end
}

// read copies what the spans have of [off, off+len(dst)) into dst and calls hole for
// each range that they do not cover.
func (m spanMap) read(dst []byte, off int64, hole func(off, end int64)) {
	end := off + int64(len(dst))
	pos := off
	for i := m.after(off); i < len(m) && m[i].off < end; i++ {
		s := m[i]
		if s.off > pos {
			hole(pos, s.off)
			pos = s.off
		}
		s = s.slice(max(s.off, pos), min(s.end, end))
		copy(dst[pos-off:], s.bytes())
		pos = s.end
	}
	if pos < end {
		hole(pos, end)
	}
}
