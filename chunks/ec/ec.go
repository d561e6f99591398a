// Package ec turns stripes into shards and back, with Reed–Solomon codes. It is
// pure: no I/O, no clock, no goroutine.
//
// A Code encodes for one fs.Scheme; For returns the cached Code of a scheme.
// Encode cuts a stripe into data shards, which alias the stripe's buffer where they
// can, and adds parity from a pool. Reconstruct fills in lost shards. Locate tells
// which bytes of which shards a range of a stripe is.
//
// Codes are systematic: the data shards are the stripe's bytes. A scheme with K = 1
// is a mirror: every parity shard equals the data. M = 0 has no parity at all.
//
// Invariant: all shards of a stripe of n bytes are fs.Scheme.ShardLen(n) long, and
// the bytes after the n-th are zero.
package ec

import (
	"fmt"
	"sync"

	"github.com/klauspost/reedsolomon"

	"github.com/wakefs/wakefs/fs"
)

// MaxShards bounds K + M of a scheme.
const MaxShards = 64

// Code encodes and reconstructs stripes of one scheme. It is safe for concurrent use.
type Code struct {
	scheme fs.Scheme
	rs     reedsolomon.Encoder // nil for K = 1 and M = 0, which need no arithmetic
}

var codes sync.Map // fs.Scheme → *Code

// For returns the Code of a scheme, made at its first use. KindInvalid for K = 0 or
// more than MaxShards shards.
func For(s fs.Scheme) (*Code, error) {
	if c, ok := codes.Load(s); ok {
		return c.(*Code), nil
	}
	if s.K == 0 || s.Shards() > MaxShards {
		return nil, fs.Errorf("erasure code", fs.KindInvalid, "", "scheme %d+%d: need 1 to %d shards, at least one of data", s.K, s.M, MaxShards)
	}
	c := &Code{scheme: s}
	if s.K > 1 && s.M > 0 {
		// One goroutine: a stripe takes well under a millisecond, and the callers
		// are many.
		rs, err := reedsolomon.New(int(s.K), int(s.M), reedsolomon.WithMaxGoroutines(1))
		if err != nil {
			return nil, fs.E("erasure code", fs.KindInvalid, "", err)
		}
		c.rs = rs
	}
	got, _ := codes.LoadOrStore(s, c)
	return got.(*Code), nil
}

// Scheme is the scheme the code encodes for.
func (c *Code) Scheme() fs.Scheme { return c.scheme }

// Stripe is an encoded stripe.
type Stripe struct {
	// Shards are the K data shards, then the M parity shards. They may alias the
	// data given to Encode and each other, and must not be written to.
	Shards [][]byte

	buf *buffer // parity, and data shards that could not alias; nil if none
	arr [16][]byte
}

// Release gives pooled memory back; Shards must not be used afterwards. Forgetting it
// costs garbage, nothing else.
func (s *Stripe) Release() {
	if s.buf != nil {
		s.buf.release()
	}
	*s = Stripe{}
	stripes.Put(s)
}

var stripes = sync.Pool{New: func() any { return new(Stripe) }}

// Encode cuts data, of 1 to fs.MaxStripe bytes, into shards. The data shards alias
// data as far as it is long enough; where padding is needed and data's capacity
// allows, the bytes between len(data) and K·ShardLen are set to zero in place (pass
// data[:n:n] to forbid that), else the last shards are copied. data must stay
// unchanged until the shards are no longer used.
func (c *Code) Encode(data []byte) (*Stripe, error) {
	if len(data) == 0 || len(data) > fs.MaxStripe {
		return nil, fs.Errorf("encode stripe", fs.KindInvalid, "", "%d bytes of data: need 1 to %d", len(data), fs.MaxStripe)
	}
	k, m, n := int(c.scheme.K), int(c.scheme.M), c.scheme.ShardLen(len(data))
	whole := k // data shards that alias data
	if k*n <= cap(data) {
		end := len(data)
		data = data[:k*n]
		clear(data[end:])
	} else {
		whole = len(data) / n
	}
	s := stripes.Get().(*Stripe)
	s.Shards = s.arr[:0]
	for i := range whole {
		s.Shards = append(s.Shards, data[i*n:(i+1)*n:(i+1)*n])
	}
	copies := k - whole
	if c.rs != nil {
		copies += m
	}
	if copies > 0 {
		s.buf = getBuffer(copies * n)
		b := s.buf.b
		rest := data[min(whole*n, len(data)):]
		for i := range copies {
			shard := b[i*n : (i+1)*n : (i+1)*n]
			if i < k-whole {
				got := copy(shard, rest)
				clear(shard[got:])
				rest = rest[got:]
			}
			s.Shards = append(s.Shards, shard)
		}
	}
	if k == 1 {
		for range m {
			s.Shards = append(s.Shards, s.Shards[0])
		}
	}
	if c.rs != nil {
		if err := c.rs.Encode(s.Shards); err != nil {
			s.Release()
			return nil, fs.E("encode stripe", fs.KindInvalid, "", err)
		}
	}
	return s, nil
}

// Reconstruct computes the wanted shards of a stripe. shards has K + M entries, all
// present ones of equal length; a missing one is nil or has length zero, and then
// its capacity is used if it is enough. Missing shards that are not wanted stay
// missing. Wanted ones that are present are left as they are. KindUnavailable if
// fewer than K are present.
func (c *Code) Reconstruct(shards [][]byte, want ...int) error {
	n, present := 0, 0
	first := -1
	for i, s := range shards {
		if len(s) == 0 {
			continue
		}
		if present > 0 && len(s) != n {
			return c.invalid(fmt.Errorf("shard %d has %d bytes, others %d", i, len(s), n))
		}
		if first < 0 {
			first = i
		}
		n = len(s)
		present++
	}
	if len(shards) != c.scheme.Shards() {
		return c.invalid(fmt.Errorf("%d shards given for %d+%d", len(shards), c.scheme.K, c.scheme.M))
	}
	need := false
	var required [MaxShards]bool
	for _, w := range want {
		if w < 0 || w >= len(shards) {
			return c.invalid(fmt.Errorf("no shard %d in %d+%d", w, c.scheme.K, c.scheme.M))
		}
		if len(shards[w]) == 0 {
			required[w], need = true, true
		}
	}
	if !need {
		return nil
	}
	if present < int(c.scheme.K) {
		return fs.Errorf("reconstruct stripe", fs.KindUnavailable, "", "%d of %d shards are left, %d are needed", present, len(shards), c.scheme.K)
	}
	if c.rs == nil {
		for i := range shards {
			if required[i] {
				shards[i] = append(shards[i][:0], shards[first]...)
			}
		}
		return nil
	}
	return c.reconstruct(shards, required[:len(shards)])
}

func (c *Code) reconstruct(shards [][]byte, required []bool) error {
	if err := c.rs.ReconstructSome(shards, required); err != nil {
		return c.invalid(err)
	}
	return nil
}

func (c *Code) invalid(err error) error {
	return fs.E("reconstruct stripe", fs.KindInvalid, "", err)
}

// Join copies the first len(dst) bytes of the stripe from its data shards to dst.
func (c *Code) Join(dst []byte, shards [][]byte) error {
	for _, s := range shards[:c.scheme.K] {
		dst = dst[copy(dst, s):]
		if len(dst) == 0 {
			return nil
		}
	}
	return fs.Errorf("join stripe", fs.KindInvalid, "", "shards are %d bytes short", len(dst))
}

// Piece is a part of a range of a stripe that lies in one data shard: the bytes
// [Off, Off+Len) of shard Shard are the bytes [At, At+Len) of the range.
type Piece struct {
	Shard, Off, Len, At int
}

// Locate appends to dst the pieces of the bytes [off, off+length) of a stripe of n
// bytes, in order. A range beyond the stripe is cut at its end.
func Locate(dst []Piece, s fs.Scheme, n, off, length int) []Piece {
	size := s.ShardLen(n)
	end := min(off+length, n)
	for at := 0; off < end; {
		i := off / size
		l := min((i+1)*size, end) - off
		dst = append(dst, Piece{Shard: i, Off: off - i*size, Len: l, At: at})
		off += l
		at += l
	}
	return dst
}
