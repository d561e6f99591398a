package client

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// TestSpanMap compares the map with plain arrays: which buffer's byte is at each offset.
func TestSpanMap(t *testing.T) {
	const size = 64
	rapid.Check(t, func(t *rapid.T) {
		var m spanMap
		var have [size]byte // 0: a hole
		var bufs []*buffer
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			off := rapid.Int64Range(0, size-1).Draw(t, "off")
			end := rapid.Int64Range(off+1, size).Draw(t, "end")
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				m.cut(off, end)
				clear(have[off:end])
			case 1:
				if len(bufs) > 1 {
					gone := bufs[0]
					m.drop(func(b *buffer) bool { return b == gone })
					for i := range have {
						if have[i] != 0 && bytes.IndexByte(gone.data, have[i]) >= 0 {
							have[i] = 0
						}
					}
					bufs = bufs[1:]
				}
			default:
				if len(bufs) == 0 || rapid.Bool().Draw(t, "new buffer") {
					bufs = append(bufs, &buffer{})
				}
				b := bufs[len(bufs)-1]
				mark := byte(1 + len(bufs)*7%250 + len(b.data)%3) // tells writes apart, and buffers from each other
				if used(bufs[:len(bufs)-1], mark) {
					continue
				}
				data := bytes.Repeat([]byte{mark}, int(end-off))
				pos := len(b.data)
				b.data = append(b.data, data...)
				m.insert(span{off: off, end: end, buf: b, pos: pos})
				copy(have[off:end], data)
			}
			var got [size]byte
			m.read(got[:], 0, func(off, end int64) { clear(got[off:end]) })
			if got != have {
				t.Fatalf("have %v\nwant %v", got, have)
			}
			if err := sound(m); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func used(bufs []*buffer, mark byte) bool {
	for _, b := range bufs {
		if bytes.IndexByte(b.data, mark) >= 0 {
			return true
		}
	}
	return false
}

// sound checks that spans are sorted, not empty, and do not overlap.
func sound(m spanMap) error {
	at := int64(0)
	for i, s := range m {
		if s.off < at || s.end <= s.off || s.pos < 0 || s.pos+int(s.end-s.off) > len(s.buf.data) {
			return fmt.Errorf("span %d of %v", i, m)
		}
		at = s.end
	}
	return nil
}

// TestSequentialSpans: appending makes one span of each buffer, however small the writes.
func TestSequentialSpans(t *testing.T) {
	var m spanMap
	b := &buffer{}
	for i := range 1000 {
		b.data = append(b.data, 1, 2, 3)
		m.insert(span{off: int64(i * 3), end: int64(i*3 + 3), buf: b, pos: i * 3})
	}
	if len(m) != 1 {
		t.Errorf("%d spans for one run of bytes", len(m))
	}
}

func BenchmarkSpanInsertRandom(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	var m spanMap
	buf := &buffer{data: make([]byte, 4<<20)}
	for b.Loop() {
		if len(m) > maxSpans {
			m = m[:0]
		}
		off := rng.Int64N(1<<30) &^ 4095
		m.insert(span{off: off, end: off + 4096, buf: buf})
	}
}
