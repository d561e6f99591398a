package client

import (
	"sync"

	"github.com/wakefs/wakefs/fs"
)

// buffer collects written bytes that become one stripe or inline extents. Its data
// grows while it is a file's current one (guarded by file.mu) and is immutable afterwards.
type buffer struct {
	data []byte

	done   chan struct{} // closed when the upload has ended; nil: not begun
	stripe fs.Stripe     // where it was stored, valid if err is nil once done is closed
	err    error
}

// The capacities of buffers: most files are small, so a buffer begins small.
var bufferSizes = [...]int{32 << 10, 512 << 10, fs.MaxStripe}

var bufferPools [len(bufferSizes)]sync.Pool

func newBuffer(hint int) *buffer {
	b := &buffer{}
	b.data = takeBytes(hint)
	return b
}

// takeBytes returns an empty slice with capacity for at least n bytes, n ≤ fs.MaxStripe.
func takeBytes(n int) []byte {
	for i, size := range bufferSizes {
		if n <= size {
			if p, _ := bufferPools[i].Get().(*[]byte); p != nil {
				return (*p)[:0]
			}
			return make([]byte, 0, size)
		}
	}
	panic("client: buffer larger than a stripe")
}

// giveBytes returns what takeBytes gave. Nothing may refer to it any more.
func giveBytes(b []byte) {
	for i, size := range bufferSizes {
		if cap(b) == size {
			b = b[:0]
			bufferPools[i].Put(&b)
			return
		}
	}
}

// room is how many bytes still fit.
func (b *buffer) room() int { return fs.MaxStripe - len(b.data) }

// append copies p into the buffer and returns its position. p fits in room.
func (b *buffer) append(p []byte) int {
	pos := len(b.data)
	if need := pos + len(p); need > cap(b.data) {
		grown := append(takeBytes(need), b.data...)
		giveBytes(b.data)
		b.data = grown
	}
	b.data = append(b.data, p...)
	return pos
}

func (b *buffer) release() {
	giveBytes(b.data)
	b.data = nil
}
