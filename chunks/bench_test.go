package chunks_test

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"github.com/wakefs/wakefs/chunks/segment"
	"github.com/wakefs/wakefs/fs"
)

func BenchmarkPut(b *testing.B) {
	for _, size := range []int{4 << 10, 64 << 10, 1 << 20, 2 << 20} {
		for _, workers := range []int{1, 16} {
			b.Run(fmt.Sprintf("%dKiB/%d", size>>10, workers), func(b *testing.B) {
				s := open(b, realDisk(b), segment.Options{})
				data := make([]byte, size)
				rand.NewChaCha8([32]byte{}).Read(data)
				b.SetBytes(int64(size))
				b.ReportAllocs()
				b.SetParallelism((workers + 1) / 2)
				var n atomic.Uint64
				put := func() {
					a := fs.ShardAddr{PG: 1, Stripe: fs.StripeID(n.Add(1))}
					if err := s.Put(b.Context(), a, fs.Owner{}, data); err != nil {
						b.Fatal(err)
					}
				}
				b.ResetTimer()
				if workers == 1 {
					for range b.N {
						put()
					}
					return
				}
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						put()
					}
				})
			})
		}
	}
}

func BenchmarkGet(b *testing.B) {
	const size, shards = 2 << 20, 64
	s := open(b, realDisk(b), segment.Options{})
	data := make([]byte, size)
	rand.NewChaCha8([32]byte{}).Read(data)
	for i := range shards {
		if err := s.Put(b.Context(), fs.ShardAddr{PG: 1, Stripe: fs.StripeID(i + 1)}, fs.Owner{}, data); err != nil {
			b.Fatal(err)
		}
	}
	for _, n := range []int{4 << 10, 128 << 10, size} {
		b.Run(fmt.Sprintf("%dKiB", n>>10), func(b *testing.B) {
			dst := make([]byte, n)
			b.SetBytes(int64(n))
			b.ReportAllocs()
			for i := range b.N {
				off := (i * 7919 << 12) % (size - n + 1)
				if err := s.Get(b.Context(), fs.ShardAddr{PG: 1, Stripe: fs.StripeID(i%shards + 1)}, off, dst); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
