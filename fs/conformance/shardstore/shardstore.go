// Package shardstore is the conformance suite of fs.ShardStore: Run takes any
// implementation and checks the contract that is written at the interface.
package shardstore

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/wakefs/wakefs/fs"
)

// Run runs the suite. open returns an empty store, which the test's end may close.
func Run(t *testing.T, open func(t *testing.T) fs.ShardStore) {
	for _, c := range []struct {
		name string
		run  func(*suite)
	}{
		{"PutGet", (*suite).putGet}, {"Ranges", (*suite).ranges}, {"Immutable", (*suite).immutable},
		{"Unknown", (*suite).unknown}, {"Delete", (*suite).delete}, {"List", (*suite).list},
		{"Verify", (*suite).verify}, {"Status", (*suite).status}, {"Buffers", (*suite).buffers},
		{"Canceled", (*suite).canceled}, {"TooBig", (*suite).tooBig},
		{"Concurrent", (*suite).concurrent}, {"SameAddress", (*suite).sameAddress}, {"Model", (*suite).model},
	} {
		t.Run(c.name, func(t *testing.T) {
			seed := uint64(1)
			if s := os.Getenv("WAKEFS_SEED"); s != "" {
				seed, _ = strconv.ParseUint(s, 10, 64)
			}
			t.Logf("rerun with WAKEFS_SEED=%d", seed)
			c.run(&suite{T: t, st: open(t), r: rand.New(rand.NewPCG(seed, 0)), ctx: t.Context()})
		})
	}
}

type suite struct {
	*testing.T
	st  fs.ShardStore
	r   *rand.Rand
	ctx context.Context
}

// sizes are around the boundaries that an implementation may have.
var sizes = []int{0, 1, 63, 64, 4095, 4096, 16383, 16384, 16385, 65535, 65536, 65537, 100_000, 1 << 20, 2<<20 + 1, fs.MaxStripe}

func addr(i int) fs.ShardAddr {
	return fs.ShardAddr{PG: 1, Stripe: fs.StripeID(i + 1), Index: uint8(i % 3)}
}

// bytesOf makes the content of a shard; it is different for each.
func bytesOf(a fs.ShardAddr, n int) []byte {
	r := rand.NewPCG(uint64(a.PG)<<8|uint64(a.Index), uint64(a.Stripe))
	b := make([]byte, n)
	for i := 0; i < n; i += 8 {
		x := r.Uint64()
		for j := i; j < min(i+8, n); j++ {
			b[j] = byte(x >> (8 * (j - i)))
		}
	}
	return b
}

func owner(a fs.ShardAddr) fs.Owner {
	return fs.Owner{Ino: fs.Ino(a.Stripe + 1000), Off: int64(a.Stripe) << 22}
}

func (s *suite) check(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *suite) want(err error, k fs.Kind) {
	s.Helper()
	if fs.KindOf(err) != k {
		s.Fatalf("got %v, want %q", err, k)
	}
}

func (s *suite) put(a fs.ShardAddr, data []byte) {
	s.Helper()
	s.check(s.st.Put(s.ctx, a, owner(a), data))
}

func (s *suite) wantBytes(a fs.ShardAddr, data []byte) {
	s.Helper()
	got := make([]byte, len(data))
	s.check(s.st.Get(s.ctx, a, 0, got))
	if !bytes.Equal(got, data) {
		s.Fatalf("shard %v has other bytes", a)
	}
}

func (s *suite) putGet() {
	for i, n := range sizes {
		s.put(addr(i), bytesOf(addr(i), n))
	}
	for i, n := range sizes {
		s.wantBytes(addr(i), bytesOf(addr(i), n))
	}
}

func (s *suite) ranges() {
	for i, n := range sizes[:14] {
		a := addr(i)
		data := bytesOf(a, n)
		s.put(a, data)
		for range 50 {
			off := s.r.IntN(n + 1)
			l := s.r.IntN(n - off + 1)
			if s.r.IntN(2) == 0 {
				l = min(l, 5000)
			}
			got := make([]byte, l)
			s.check(s.st.Get(s.ctx, a, off, got))
			if !bytes.Equal(got, data[off:off+l]) {
				s.Fatalf("shard of %d bytes: [%d,+%d) has other bytes", n, off, l)
			}
		}
		s.want(s.st.Get(s.ctx, a, n, make([]byte, 1)), fs.KindInvalid)
		s.want(s.st.Get(s.ctx, a, 0, make([]byte, n+1)), fs.KindInvalid)
		s.want(s.st.Get(s.ctx, a, -1, make([]byte, 1)), fs.KindInvalid)
	}
}

func (s *suite) immutable() {
	a := addr(1)
	data := bytesOf(a, 50_000)
	s.put(a, data)
	s.put(a, bytesOf(addr(2), 50_000))
	s.wantBytes(a, data)
	list, err := s.st.List(s.ctx, fs.ShardAddr{}, 10)
	s.check(err)
	if len(list) != 1 {
		s.Fatalf("%d shards after two Puts of one", len(list))
	}
}

func (s *suite) unknown() {
	s.want(s.st.Get(s.ctx, addr(1), 0, make([]byte, 1)), fs.KindNotFound)
	_, err := s.st.Verify(s.ctx, addr(1))
	s.want(err, fs.KindNotFound)
	s.check(s.st.Delete(s.ctx, []fs.ShardAddr{addr(1)}))
	s.check(s.st.Delete(s.ctx, nil))
}

func (s *suite) delete() {
	var all []fs.ShardAddr
	for i := range 20 {
		all = append(all, addr(i))
		s.put(addr(i), bytesOf(addr(i), 1000*i))
	}
	s.check(s.st.Delete(s.ctx, all[5:15]))
	s.check(s.st.Delete(s.ctx, all[5:15]))
	for i, a := range all {
		if i >= 5 && i < 15 {
			s.want(s.st.Get(s.ctx, a, 0, nil), fs.KindNotFound)
		} else {
			s.wantBytes(a, bytesOf(a, 1000*i))
		}
	}
	s.put(all[7], bytesOf(all[7], 77))
	s.wantBytes(all[7], bytesOf(all[7], 77))
}

func (s *suite) list() {
	var all []fs.ShardAddr
	for _, pg := range []fs.PGID{1, 2, 300} {
		for _, st := range []fs.StripeID{1, 255, 256, 1 << 40} {
			for i := range uint8(3) {
				all = append(all, fs.ShardAddr{PG: pg, Stripe: st, Index: i})
			}
		}
	}
	for _, i := range s.r.Perm(len(all)) {
		s.put(all[i], bytesOf(all[i], 100+i))
	}
	for _, limit := range []int{1, 7, 36, 100} {
		var got []fs.ShardAddr
		after := fs.ShardAddr{}
		for {
			page, err := s.st.List(s.ctx, after, limit)
			s.check(err)
			if len(page) > limit {
				s.Fatalf("%d shards listed, limit %d", len(page), limit)
			}
			for _, info := range page {
				i := slices.Index(all, info.Addr)
				if i < 0 || info.Len != uint32(100+i) || info.Owner != owner(info.Addr) || info.Written == 0 {
					s.Fatalf("listed %+v", info)
				}
				got = append(got, info.Addr)
			}
			if len(page) == 0 {
				break
			}
			after = page[len(page)-1].Addr
		}
		if !slices.Equal(got, all) {
			s.Fatalf("limit %d: listed %v", limit, got)
		}
	}
}

func (s *suite) verify() {
	a := addr(3)
	s.put(a, bytesOf(a, 123_456))
	info, err := s.st.Verify(s.ctx, a)
	s.check(err)
	if info.Addr != a || info.Len != 123_456 || info.Owner != owner(a) {
		s.Fatalf("verified %+v", info)
	}
}

func (s *suite) status() {
	before, err := s.st.Status(s.ctx)
	s.check(err)
	if before.Capacity == 0 || before.Free == 0 || before.Free > before.Capacity || before.Failed != "" || before.Shards != 0 {
		s.Fatalf("status of an empty store: %+v", before)
	}
	s.put(addr(1), bytesOf(addr(1), 10_000))
	after, err := s.st.Status(s.ctx)
	s.check(err)
	if after.Shards != 1 || after.LiveBytes < 10_000 || after.LiveBytes > 20_000 {
		s.Fatalf("status with one shard: %+v", after)
	}
}

// buffers checks that nothing keeps what it was given.
func (s *suite) buffers() {
	a := addr(1)
	data := bytesOf(a, 100_000)
	mine := slices.Clone(data)
	s.put(a, mine)
	clear(mine)
	got := make([]byte, len(data))
	s.check(s.st.Get(s.ctx, a, 0, got))
	clear(got)
	s.wantBytes(a, data)
}

func (s *suite) canceled() {
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	s.want(s.st.Put(ctx, addr(1), owner(addr(1)), []byte("x")), fs.KindCanceled)
	s.want(s.st.Get(ctx, addr(1), 0, make([]byte, 1)), fs.KindCanceled)
	s.want(s.st.Get(s.ctx, addr(1), 0, make([]byte, 1)), fs.KindNotFound)
}

func (s *suite) tooBig() {
	s.want(s.st.Put(s.ctx, addr(1), owner(addr(1)), make([]byte, fs.MaxStripe+1)), fs.KindInvalid)
}

func (s *suite) concurrent() {
	const workers, each = 8, 20
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				a := addr(w*each + i)
				data := bytesOf(a, 500*i+w)
				if err := s.st.Put(s.ctx, a, owner(a), data); err != nil {
					s.Error(err)
					return
				}
				got := make([]byte, len(data))
				if err := s.st.Get(s.ctx, a, 0, got); err != nil || !bytes.Equal(got, data) {
					s.Errorf("read back: %v", err)
					return
				}
				if i%4 == 3 {
					if err := s.st.Delete(s.ctx, []fs.ShardAddr{a}); err != nil {
						s.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	list, err := s.st.List(s.ctx, fs.ShardAddr{}, 1000)
	s.check(err)
	if len(list) != workers*each*3/4 {
		s.Fatalf("%d shards are left", len(list))
	}
}

func (s *suite) sameAddress() {
	a := addr(9)
	data := bytesOf(a, 30_000)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := s.st.Put(s.ctx, a, owner(a), data); err != nil {
				s.Error(err)
			}
		})
	}
	wg.Wait()
	s.wantBytes(a, data)
	list, err := s.st.List(s.ctx, fs.ShardAddr{}, 10)
	s.check(err)
	if len(list) != 1 {
		s.Fatalf("%d shards after concurrent Puts of one", len(list))
	}
}

// model compares random operations with a map.
func (s *suite) model() {
	model := map[fs.ShardAddr][]byte{}
	for step := range 600 {
		a := addr(s.r.IntN(40))
		switch s.r.IntN(5) {
		case 0, 1:
			data := bytesOf(fs.ShardAddr{Stripe: fs.StripeID(step)}, s.r.IntN(40_000))
			s.put(a, data)
			if _, ok := model[a]; !ok {
				model[a] = data
			}
		case 2:
			s.check(s.st.Delete(s.ctx, []fs.ShardAddr{a}))
			delete(model, a)
		case 3:
			data, ok := model[a]
			if !ok {
				if err := s.st.Get(s.ctx, a, 0, nil); !errors.Is(err, fs.KindNotFound) {
					s.Fatalf("step %d: %v", step, err)
				}
				continue
			}
			s.wantBytes(a, data)
		case 4:
			list, err := s.st.List(s.ctx, fs.ShardAddr{}, 100)
			s.check(err)
			if len(list) != len(model) {
				s.Fatalf("step %d: %d shards listed, %d expected", step, len(list), len(model))
			}
		}
	}
}
