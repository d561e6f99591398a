package ec

import (
	"math/bits"
	"sync"
)

// buffer is pooled memory of a power-of-two capacity.
type buffer struct {
	b     []byte
	class int
}

const minClass = 12 // 4 KiB

// pools holds buffers by the logarithm of their capacity. The largest serve the
// parity of a whole stripe whose scheme has more parity than data.
var pools [32]sync.Pool

// getBuffer returns n bytes of arbitrary content.
func getBuffer(n int) *buffer {
	class := max(minClass, bits.Len(uint(n-1)))
	if b, ok := pools[class].Get().(*buffer); ok {
		b.b = b.b[:n]
		return b
	}
	return &buffer{b: make([]byte, n, 1<<class), class: class}
}

func (b *buffer) release() { pools[b.class].Put(b) }
