package segment

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
)

func TestVanish(t *testing.T) {
	for name, vanish := range map[string]func(dir string) error{
		"removed": os.RemoveAll,
		"renamed": func(dir string) error { return os.Rename(dir, dir+".away") },
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "disk")
			d, err := disk.MakeReal(dir)
			check(t, err)
			defer d.Close()
			s := openStore(t, d, Options{SegmentSize: 1 << 20})
			for i := range 5 {
				put(t, s, i, 100_000)
			}
			check(t, vanish(dir))
			wantKind(t, s.Put(ctx, at(9), fs.Owner{}, content(at(9), 1000)), fs.KindUnavailable)
			wantKind(t, s.Get(ctx, at(1), 0, make([]byte, 10)), fs.KindUnavailable)
			_, err = s.List(ctx, fs.ShardAddr{}, 10)
			wantKind(t, err, fs.KindUnavailable)
			if s.Failed() == nil {
				t.Fatal("not failed")
			}
			check(t, s.Close())
		})
	}
}

// TestVanishIsNoticedByReads: a read may trust its open files for half a second.
func TestVanishIsNoticedByReads(t *testing.T) {
	d := disk.NewMem()
	s := openStore(t, d, small)
	put(t, s, 0, 100)
	d.Vanish()
	poll(t, "a read fails", func() bool { return errors.Is(s.Get(ctx, at(0), 0, make([]byte, 1)), fs.KindUnavailable) })
	check(t, s.Close())
}

// TestVanishDuringFlush: the index's flush must neither end the process nor hang whoever writes. The background
// does not flush here, so that there is something to flush once the disk is gone.
func TestVanishDuringFlush(t *testing.T) {
	d := disk.NewMem()
	o := small
	o.FlushBytes, o.FlushInterval = 1<<40, time.Hour
	s := openStore(t, d, o)
	put(t, s, 0, 100)
	d.Vanish()
	err := s.flush()
	wantKind(t, err, fs.KindUnavailable)
	wantKind(t, s.Put(ctx, at(1), fs.Owner{}, nil), fs.KindUnavailable)
	check(t, s.Close())
}

func TestRefused(t *testing.T) {
	d := disk.NewMem()
	s := openStore(t, d, small)
	_, err := Open(d, small)
	wantKind(t, err, fs.KindWouldBlock)
	put(t, s, 0, 10)
	check(t, s.Close())

	good, err := disk.ReadFile(d, formatFile, 1000)
	check(t, err)
	check(t, disk.WriteFile(d, formatFile, bytes.Replace(good, []byte(`"version":1`), []byte(`"version":2`), 1)))
	_, err = Open(d, small)
	wantKind(t, err, fs.KindUnsupported)
	check(t, disk.WriteFile(d, formatFile, []byte("{")))
	_, err = Open(d, small)
	wantKind(t, err, fs.KindCorrupt)
	check(t, d.Remove(formatFile))
	_, err = Open(d, small)
	wantKind(t, err, fs.KindCorrupt)
	check(t, disk.WriteFile(d, formatFile, good))
	s = openStore(t, d, small)
	wantShard(t, s, 0, 10)
	check(t, s.Close())
}

func TestGroupCommit(t *testing.T) {
	d := disk.NewMem()
	f := disk.NewFaulty(d)
	s := openStore(t, f, small)
	put(t, s, 0, 10)
	// While the first sync is held up, others queue; one more sync serves them all.
	held, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	f.Add(disk.Fault{Op: disk.OpSync, Path: "*.seg", Count: 1, Hook: func() {
		once.Do(func() { close(held) })
		<-release
	}})
	before := s.Stats().Syncs
	var wg sync.WaitGroup
	write := func(i int) {
		wg.Go(func() {
			if err := s.Put(ctx, at(i), fs.Owner{}, content(at(i), 100)); err != nil {
				t.Error(err)
			}
		})
	}
	write(1)
	<-held
	for i := 2; i < 18; i++ {
		write(i)
	}
	poll(t, "all have written", func() bool {
		s.log.mu.Lock()
		defer s.log.mu.Unlock()
		return len(s.log.cur.pending) == 17
	})
	close(release)
	wg.Wait()
	if n := s.Stats().Syncs - before; n != 2 {
		t.Fatalf("%d syncs for 17 writes, want 2", n)
	}
	check(t, s.Close())
}

// TestSyncCoversOnlyWhatWasWrittenBefore: a record written while a sync ends needs
// another.
func TestSyncCoversOnlyWhatWasWrittenBefore(t *testing.T) {
	f := disk.NewFaulty(disk.NewMem())
	s := openStore(t, f, small)
	put(t, s, 0, 10)
	before := s.Stats().Syncs
	second := make(chan error, 1)
	var once sync.Once
	f.Add(disk.Fault{Op: disk.OpFileStat, Path: "*.seg", Hook: func() {
		once.Do(func() { // the first write's sync has just been made
			go func() { second <- s.Put(ctx, at(2), fs.Owner{}, content(at(2), 10)) }()
			poll(t, "the second has written", func() bool {
				s.log.mu.Lock()
				defer s.log.mu.Unlock()
				return len(s.log.cur.pending) == 2
			})
		})
	}})
	put(t, s, 1, 10)
	check(t, <-second)
	if n := s.Stats().Syncs - before; n != 2 {
		t.Fatalf("%d syncs, want 2", n)
	}
	check(t, s.Close())
}

// TestNoSpaceForTheIndex: the index cannot be flushed; everything goes on, and nothing
// is lost.
func TestNoSpaceForTheIndex(t *testing.T) {
	d := disk.NewFaulty(disk.NewMem())
	s := openStore(t, d, small)
	for i := range 20 {
		put(t, s, i, 20_000)
	}
	d.Add(disk.Fault{Op: disk.OpWrite, Path: indexDir + "/*", Err: syscall.ENOSPC})
	wantKind(t, s.Reclaim(), fs.KindNoSpace)
	put(t, s, 20, 20_000)
	for i := range 21 {
		wantShard(t, s, i, 20_000)
	}
	check(t, s.Close())
	d.Heal()
	s = openStore(t, d, small)
	for i := range 21 {
		wantShard(t, s, i, 20_000)
	}
	check(t, s.Reclaim())
	check(t, s.Close())
}
