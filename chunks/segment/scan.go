package segment

import (
	"encoding/binary"
	"io"

	"github.com/wakefs/wakefs/fs/disk"
)

// scanWindow is how much of a segment is read at a time to find headers.
const scanWindow = 256 << 10

// scanner finds the records of a segment.
type scanner struct {
	f      disk.File
	size   int64
	gen    uint64
	anyGen bool // the generation is not known: the first record tells it

	buf []byte // the window
	at  int64  // where it begins
}

// scan calls visit for the header of each record from off on, in order. Where a
// header is damaged it looks for the next whole one. It returns where the last record
// ends and how many bytes lie between records. visit's error ends it.
func (s *scanner) scan(off int64, visit func(off int64, h header) error) (end, gaps int64, err error) {
	end = off
	for off+headerLen <= s.size {
		b := s.peek(off)
		if len(b) < headerLen {
			break
		}
		h, ok := s.header(b)
		if !ok || off+recordLen(h.length) > s.size {
			off += align
			continue
		}
		if s.anyGen {
			s.gen, s.anyGen = h.gen, false
		}
		gaps += off - end
		if err := visit(off, h); err != nil {
			return end, gaps, err
		}
		off += recordLen(h.length)
		end = off
	}
	return end, gaps, nil
}

func (s *scanner) header(b []byte) (header, bool) {
	if binary.LittleEndian.Uint32(b) != recordMagic {
		return header{}, false
	}
	h, ok := decodeHeader(b)
	return h, ok && (s.anyGen || h.gen == s.gen)
}

// peek returns the bytes from off on, at least a header's unless the file ends.
func (s *scanner) peek(off int64) []byte {
	if off >= s.at && off+headerLen <= s.at+int64(len(s.buf)) {
		return s.buf[off-s.at:]
	}
	if cap(s.buf) == 0 {
		s.buf = make([]byte, scanWindow)
	}
	s.buf = s.buf[:cap(s.buf)]
	n, err := s.f.ReadAt(s.buf, off)
	if err != nil && err != io.EOF {
		// The disk cannot read this: what is there is lost, what follows is not.
		n = int(min(int64(len(s.buf)), s.size-off))
		clear(s.buf[:n])
	}
	s.at, s.buf = off, s.buf[:n]
	return s.buf
}
