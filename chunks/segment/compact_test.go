package segment

import (
	"errors"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
)

func TestCompaction(t *testing.T) {
	mem := disk.NewMem()
	s := openStore(t, mem, small)
	const n, size = 100, 20_000
	var dead []fs.ShardAddr
	for i := range n {
		put(t, s, i, size)
		if i%10 != 0 {
			dead = append(dead, at(i))
		}
	}
	before := s.Stats()
	check(t, s.Delete(ctx, dead))
	check(t, s.Reclaim())
	after := s.Stats()
	if after.Segments > 3 || before.Segments < 8 || after.Compacted == 0 {
		t.Fatalf("%d segments before, %d after", before.Segments, after.Segments)
	}
	for i := 0; i < n; i += 10 {
		wantShard(t, s, i, size)
		if _, err := s.Verify(ctx, at(i)); err != nil {
			t.Fatal(err)
		}
	}
	// What was moved is durable, and what was deleted stays so.
	abandon(s)
	mem.Crash(nil)
	s = openStore(t, mem, small)
	for i := range n {
		if i%10 == 0 {
			wantShard(t, s, i, size)
		} else {
			wantKind(t, s.Get(ctx, at(i), 0, nil), fs.KindNotFound)
		}
	}
	if got := s.Corrupt(); len(got) > 0 {
		t.Fatalf("corrupt: %v", got)
	}
	check(t, s.Close())
}

// TestCompactionCrash loses power at every call that compaction makes.
func TestCompactionCrash(t *testing.T) {
	r := newRand(t)
	const n, size = 30, 20_000
	done := false
	for nth := 1; !done; nth += 1 + nth/4 {
		mem := disk.NewMem()
		d := disk.NewFaulty(mem)
		s := openStore(t, d, small)
		var dead []fs.ShardAddr
		for i := range n {
			put(t, s, i, size)
			if i%4 != 0 {
				dead = append(dead, at(i))
			}
		}
		check(t, s.Delete(ctx, dead))
		d.Add(disk.Fault{Nth: nth, Err: syscall.EIO})
		done = s.Reclaim() == nil
		abandon(s)
		mem.Crash(r)
		s = openStore(t, mem, small)
		for i := 0; i < n; i += 4 {
			wantShard(t, s, i, size)
		}
		list, err := s.List(ctx, fs.ShardAddr{}, 1000)
		check(t, err)
		for _, info := range list {
			if _, err := s.Verify(ctx, info.Addr); err != nil {
				t.Fatalf("crash at call %d: a deleted shard came back corrupt: %v", nth, err)
			}
		}
		check(t, s.Close())
	}
}

// TestCompactionKeepsCorruptShards: a rotten shard stays reported; its good blocks stay
// readable.
func TestCompactionKeepsCorruptShards(t *testing.T) {
	d := disk.NewMem()
	s := openStore(t, d, small)
	for i := range 10 {
		put(t, s, i, 40_000)
	}
	check(t, s.Close())
	edit(t, d, 1, func(b []byte) []byte { b[headerLen+headerLen+100] ^= 1; return b }) // shard 0, first block
	s = openStore(t, d, small)
	check(t, s.Delete(ctx, []fs.ShardAddr{at(1), at(2), at(3), at(4), at(5)}))
	check(t, s.Reclaim())
	if e, _, _ := s.ix.get(at(0)); e.seg == 1 {
		t.Fatal("segment 1 was not compacted")
	}
	wantKind(t, s.Get(ctx, at(0), 0, make([]byte, 10)), fs.KindCorrupt)
	check(t, s.Get(ctx, at(0), 20_000, make([]byte, 20_000)))
	check(t, s.Close())
}

// TestReadsDuringCompaction: a read finds its shard whether or not it moves.
func TestReadsDuringCompaction(t *testing.T) {
	s := openStore(t, disk.NewMem(), small)
	const n, size = 60, 10_000
	for i := range n {
		put(t, s, i, size)
	}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			dst := make([]byte, size)
			for i := 0; ; i = (i + 6) % n {
				select {
				case <-stop:
					return
				default:
				}
				if err := s.Get(ctx, at(i), 0, dst); err != nil {
					t.Errorf("shard %d: %v", i, err)
					return
				}
			}
		})
	}
	for i := range n {
		if i%6 != 0 {
			check(t, s.Delete(ctx, []fs.ShardAddr{at(i)}))
		}
		if i%20 == 19 {
			check(t, s.Reclaim())
		}
	}
	close(stop)
	wg.Wait()
	if s.Stats().Compacted == 0 {
		t.Fatal("nothing was compacted")
	}
	check(t, s.Close())
}

// TestMaintainer: without being asked, the space of deleted shards comes back.
func TestMaintainer(t *testing.T) {
	o := small
	o.FlushInterval = time.Millisecond
	o.CompactRate = 1 << 40
	s := openStore(t, disk.NewMem(), o)
	var all []fs.ShardAddr
	for i := range 40 {
		put(t, s, i, 20_000)
		all = append(all, at(i))
	}
	check(t, s.Delete(ctx, all))
	poll(t, "the segments are removed", func() bool { return s.Stats().Segments <= 1 })
	check(t, s.Close())
}

func TestPunch(t *testing.T) {
	d, err := disk.MakeReal(t.TempDir())
	check(t, err)
	defer d.Close()
	o := Options{SegmentSize: 16 << 20, FlushInterval: time.Hour, CompactBelow: 0.01}
	s := openStore(t, d, o)
	const size = 2 << 20
	for i := range 4 {
		put(t, s, i, size)
	}
	check(t, s.Delete(ctx, []fs.ShardAddr{at(1)}))
	check(t, s.Reclaim())
	if s.Stats().Punched == 0 {
		f, err := disk.NewFile(d, "probe")
		check(t, err)
		check(t, f.Truncate(8192))
		if errors.Is(f.PunchHole(0, 4096), fs.KindUnsupported) {
			t.Skip("the file system of the test's directory cannot punch holes")
		}
		t.Fatal("nothing was punched")
	}
	check(t, s.Close())
	// A rebuild tells the freed record from a rotten one.
	check(t, disk.RemoveAll(d, indexDir))
	s = openStore(t, d, o)
	for _, i := range []int{0, 2, 3} {
		wantShard(t, s, i, size)
	}
	wantKind(t, s.Get(ctx, at(1), 0, nil), fs.KindNotFound)
	if got := s.Corrupt(); len(got) > 0 {
		t.Fatalf("corrupt: %v", got)
	}
	check(t, s.Close())
}

// TestDeleteDuringCompaction: after a crash the shard is gone or whole, not left
// pointing into the removed segment.
func TestDeleteDuringCompaction(t *testing.T) {
	mem := disk.NewMem()
	f := disk.NewFaulty(mem)
	s := openStore(t, f, small)
	for i := range 10 {
		put(t, s, i, 40_000)
	}
	check(t, s.Delete(ctx, []fs.ShardAddr{at(1), at(2), at(3), at(4)}))
	check(t, s.flush())
	var once sync.Once
	f.Add(disk.Fault{Op: disk.OpRead, Path: segmentName(1), Hook: func() {
		once.Do(func() {
			if err := s.Delete(ctx, []fs.ShardAddr{at(0)}); err != nil {
				t.Error(err)
			}
		})
	}})
	check(t, s.Reclaim())
	if _, err := mem.Stat(segmentName(1)); !errors.Is(err, fs.KindNotFound) {
		t.Fatalf("segment 1 was not removed: %v", err)
	}
	abandon(s)
	mem.Crash(nil)
	s = openStore(t, mem, small)
	if _, err := s.Verify(ctx, at(0)); err != nil && fs.KindOf(err) != fs.KindNotFound {
		t.Fatal(err)
	}
	check(t, s.Close())
}

// TestCompactionOnAFullDisk: when writers get no more space, compaction still may use
// a part of the reserve, and so gives space back.
func TestCompactionOnAFullDisk(t *testing.T) {
	d := disk.NewMem()
	d.SetCapacity(4 << 20)
	o := small
	o.Reserve = 1 << 20
	o.Preallocate = 64 << 10
	s := openStore(t, d, o)
	n := 0
	for ; n < 1000; n++ {
		if err := s.Put(ctx, at(n), fs.Owner{}, content(at(n), 20_000)); err != nil {
			wantKind(t, err, fs.KindNoSpace)
			break
		}
	}
	// Two of three go, from every segment: none is free of live shards.
	var dead []fs.ShardAddr
	for i := range n {
		if i%3 != 0 {
			dead = append(dead, at(i))
		}
	}
	check(t, s.Delete(ctx, dead))
	check(t, s.Reclaim())
	for i := range n / 3 {
		put(t, s, 2000+i, 20_000)
	}
	for i := 0; i < n; i += 3 {
		wantShard(t, s, i, 20_000)
	}
	check(t, s.Close())
}
