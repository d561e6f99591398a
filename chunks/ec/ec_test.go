package ec

import (
	"bytes"
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/wakefs/wakefs/fs"
)

var schemes = []fs.Scheme{{K: 1}, {K: 1, M: 1}, {K: 1, M: 2}, {K: 2, M: 1}, {K: 3}, {K: 4, M: 2}, {K: 8, M: 3}}

func newRand(t testing.TB) *rand.Rand {
	seed := uint64(1)
	if s := os.Getenv("WAKEFS_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	t.Logf("rerun with WAKEFS_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

func fill(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// TestEveryLossPattern loses each set of up to M shards and wants the rest back.
func TestEveryLossPattern(t *testing.T) {
	r := newRand(t)
	for _, s := range schemes {
		c, err := For(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{1, 2, int(s.K) - 1, int(s.K), 100, 4096, 4099} {
			if n == 0 {
				continue
			}
			data := fill(r, n)
			st, err := c.Encode(data[:n:n])
			if err != nil {
				t.Fatal(err)
			}
			checkAllLosses(t, c, data, st.Shards)
			st.Release()
		}
	}
}

func checkAllLosses(t *testing.T, c *Code, data []byte, shards [][]byte) {
	t.Helper()
	total := c.scheme.Shards()
	for lost := range uint(1) << total {
		have := make([][]byte, total)
		var want []int
		for i := range have {
			if lost>>i&1 == 0 {
				have[i] = shards[i]
			} else {
				want = append(want, i)
			}
		}
		err := c.Reconstruct(have, want...)
		if bits.OnesCount(lost) > int(c.scheme.M) {
			if !errors.Is(err, fs.KindUnavailable) {
				t.Fatalf("%v lost %b: got %v, want unavailable", c.scheme, lost, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%v lost %b: %v", c.scheme, lost, err)
		}
		for i := range have {
			if !bytes.Equal(have[i], shards[i]) {
				t.Fatalf("%v lost %b: shard %d differs", c.scheme, lost, i)
			}
		}
		got := make([]byte, len(data))
		if err := c.Join(got, have); err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%v lost %b: stripe differs (%v)", c.scheme, lost, err)
		}
	}
}

func TestReconstructOnlyWanted(t *testing.T) {
	c, _ := For(fs.Scheme{K: 4, M: 2})
	st, _ := c.Encode(fill(newRand(t), 1000))
	have := append([][]byte(nil), st.Shards...)
	buf := make([]byte, 0, 4096)
	have[1], have[5] = buf, nil
	if err := c.Reconstruct(have, 1); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have[1], st.Shards[1]) || have[5] != nil {
		t.Fatal("wanted shard differs or an unwanted one was made")
	}
	if &have[1][0] != &buf[:1][0] {
		t.Fatal("the given buffer was not used")
	}
}

func TestEncodeAliases(t *testing.T) {
	c, _ := For(fs.Scheme{K: 2, M: 1})
	data := make([]byte, 9, 16)
	back := data[:16]
	for i := range back {
		back[i] = 0xff
	}
	st, err := c.Encode(data)
	if err != nil {
		t.Fatal(err)
	}
	if &st.Shards[0][0] != &data[0] || &st.Shards[1][0] != &back[5] {
		t.Fatal("data shards do not alias the stripe")
	}
	if back[9] != 0 || back[10] != 0xff {
		t.Fatalf("padding: % x", back[9:])
	}
	st.Release()

	st, _ = c.Encode(data[:9:9])
	if &st.Shards[0][0] != &data[0] || &st.Shards[1][0] == &back[5] || st.Shards[1][4] != 0 {
		t.Fatal("a short stripe must alias what is whole and copy the rest")
	}
}

func TestInvalid(t *testing.T) {
	if _, err := For(fs.Scheme{M: 1}); !errors.Is(err, fs.KindInvalid) {
		t.Fatalf("K=0: %v", err)
	}
	c, _ := For(fs.Scheme{K: 2, M: 1})
	if _, err := c.Encode(nil); !errors.Is(err, fs.KindInvalid) {
		t.Fatalf("empty stripe: %v", err)
	}
	if err := c.Reconstruct([][]byte{{1}, {1, 2}, nil}, 2); !errors.Is(err, fs.KindInvalid) {
		t.Fatalf("unequal shards: %v", err)
	}
	if err := c.Reconstruct([][]byte{{1}, {1}}, 0); !errors.Is(err, fs.KindInvalid) {
		t.Fatalf("too few entries: %v", err)
	}
	if err := c.Reconstruct([][]byte{{1}, {1}, nil}, 3); !errors.Is(err, fs.KindInvalid) {
		t.Fatalf("shard out of range: %v", err)
	}
}

func TestLocate(t *testing.T) {
	r := newRand(t)
	for range 2000 {
		s := schemes[r.IntN(len(schemes))]
		n := 1 + r.IntN(300)
		data := fill(r, n)
		c, _ := For(s)
		st, _ := c.Encode(data[:n:n])
		off, length := r.IntN(n+10), r.IntN(n+10)
		want := data[min(off, n):min(off+length, n)]
		got := make([]byte, len(want))
		at := 0
		for _, p := range Locate(nil, s, n, off, length) {
			if p.At != at || p.Len <= 0 {
				t.Fatalf("%v n=%d [%d,+%d): piece %+v, want At %d", s, n, off, length, p, at)
			}
			at += copy(got[p.At:], st.Shards[p.Shard][p.Off:p.Off+p.Len])
		}
		if at != len(want) || !bytes.Equal(got, want) {
			t.Fatalf("%v n=%d [%d,+%d): wrong bytes", s, n, off, length)
		}
		st.Release()
	}
}

func TestEncodeDoesNotAllocate(t *testing.T) {
	c, _ := For(fs.Scheme{K: 2, M: 1})
	data := make([]byte, 1<<20)
	allocs := testing.AllocsPerRun(50, func() {
		st, err := c.Encode(data)
		if err != nil {
			t.Fatal(err)
		}
		st.Release()
	})
	// The race detector makes pools drop items at random.
	if !raceEnabled && allocs > 1 {
		t.Fatalf("%v allocations per stripe", allocs)
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, s := range []fs.Scheme{{K: 2, M: 1}, {K: 4, M: 2}, {K: 8, M: 3}} {
		b.Run(fmt.Sprintf("%d+%d", s.K, s.M), func(b *testing.B) {
			c, _ := For(s)
			data := make([]byte, fs.MaxStripe)
			b.SetBytes(fs.MaxStripe)
			b.ReportAllocs()
			for b.Loop() {
				st, _ := c.Encode(data)
				st.Release()
			}
		})
	}
}

func BenchmarkReconstruct(b *testing.B) {
	c, _ := For(fs.Scheme{K: 2, M: 1})
	st, _ := c.Encode(make([]byte, fs.MaxStripe))
	buf := make([]byte, 0, fs.MaxStripe)
	have := make([][]byte, 3)
	b.SetBytes(fs.MaxStripe / 2)
	b.ReportAllocs()
	for b.Loop() {
		copy(have, st.Shards)
		have[0] = buf
		if err := c.Reconstruct(have, 0); err != nil {
			b.Fatal(err)
		}
	}
}
