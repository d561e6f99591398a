package meta

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"path"
	"syscall"
	"testing"

	"github.com/hashicorp/raft"

	"github.com/wakefs/wakefs/fs/disk"
)

// lay writes files into a directory, durably but for the directory's own name.
func lay(d disk.FS, dir string, files map[string]string) error {
	if err := d.MkdirAll(dir); err != nil {
		return err
	}
	for name, content := range files {
		if err := disk.WriteFile(d, path.Join(dir, name), []byte(content)); err != nil {
			return err
		}
	}
	return nil
}

// laid returns what lay has laid.
func laid(t testing.TB, d disk.FS, dir string) map[string]string {
	t.Helper()
	list, err := d.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string]string)
	for _, e := range list {
		b, err := disk.ReadFile(d, path.Join(dir, e.Name), 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name] = string(b)
	}
	return files
}

// streamOf is the stream of files.
func streamOf(t testing.TB, files map[string]string, applied uint64) []byte {
	t.Helper()
	d := disk.NewMem()
	if err := lay(d, "dir", files); err != nil {
		t.Fatal(err)
	}
	list, size, err := streamFiles(d, "dir")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := writeStream(&b, d, "dir", list, applied); err != nil {
		t.Fatal(err)
	}
	if int64(b.Len()) != size {
		t.Fatalf("the stream has %d bytes, announced were %d", b.Len(), size)
	}
	return b.Bytes()
}

// powerCuts calls try with a disk that fails from its nth call on, for all n until it fails no more and several losses of
// power each. try makes the calls, then crash is called, then check, which is told whether all had succeeded.
func powerCuts(t *testing.T, before, try func(d disk.FS) error, check func(t *testing.T, d disk.FS, done bool)) {
	t.Helper()
	seed := uint64(1)
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	for n, more := 1, true; more; n++ {
		for range 8 {
			mem := disk.NewMem()
			if err := before(mem); err != nil {
				t.Fatal(err)
			}
			mem.Crash(nil) // what is durable before
			faulty := disk.NewFaulty(mem)
			faulty.Add(disk.Fault{Nth: n, Err: syscall.EIO})
			err := try(faulty)
			mem.Crash(rng)
			if t.Run(fmt.Sprint("call ", n), func(t *testing.T) { check(t, mem, err == nil) }); t.Failed() {
				return
			}
			more = faulty.Calls() >= n
		}
	}
}

// TestRestoreCrash: however the power goes while a state is replaced, the next start has the old one or the new one, whole.
func TestRestoreCrash(t *testing.T) {
	older, newer := map[string]string{"MANIFEST": "1", "1.sst": "old", "2.sst": "older"}, map[string]string{"MANIFEST": "2", "1.sst": "new"}
	stream := streamOf(t, newer, 7)
	kept, replaced := 0, 0
	powerCuts(t, func(d disk.FS) error {
		return errors.Join(lay(d, "state", older), d.SyncDir("."))
	}, func(d disk.FS) error {
		if _, err := readStream(bytes.NewReader(stream), d, "state.new"); err != nil {
			return err
		}
		return swapState(d)
	}, func(t *testing.T, d disk.FS, done bool) {
		for range 2 { // a crash of the start that settles it changes nothing
			if err := settleState(d); err != nil {
				t.Fatal(err)
			}
			switch got := laid(t, d, "state"); {
			case maps.Equal(got, newer):
				replaced++
			case !done && maps.Equal(got, older):
				kept++
			default:
				t.Fatalf("done %v: the state is %v", done, got)
			}
			if list, err := d.ReadDir("."); err != nil || len(list) != 1 {
				t.Fatalf("beside it are %v, %v", list, err)
			}
			d.(*disk.Mem).Crash(nil)
		}
	})
	if kept < 10 || replaced < 10 {
		t.Errorf("%d kept, %d replaced: the test tests little", kept, replaced)
	}
}

// TestSnapshotCrash: however the power goes while a snapshot is taken or received, the next start has the one before, and the new
// one whole or not at all.
func TestSnapshotCrash(t *testing.T) {
	files := func(index uint64) map[string]string {
		return map[string]string{"MANIFEST": fmt.Sprint(index), "1.sst": fmt.Sprint("content ", index)}
	}
	take := func(d disk.FS, index uint64, received bool) error {
		s, err := newSnapshotStore(d, "snapshots")
		if err != nil {
			return err
		}
		sink, err := s.Create(1, index, 1, raft.Configuration{}, 0, nil)
		if err != nil {
			return err
		}
		if !received {
			err = sink.(*snapshotSink).checkpoint(func(dir string) (uint64, error) {
				return index, errors.Join(lay(d, dir, files(index)), d.SyncDir(path.Dir(dir)))
			})
		} else {
			for b := streamOf(t, files(index), index); len(b) > 0 && err == nil; b = b[min(len(b), 50):] {
				_, err = sink.Write(b[:min(len(b), 50)])
			}
		}
		if err != nil {
			return errors.Join(err, sink.Cancel())
		}
		return sink.Close()
	}
	for _, received := range []bool{false, true} {
		with, without := 0, 0
		powerCuts(t, func(d disk.FS) error { return errors.Join(take(d, 5, received), d.SyncDir(".")) }, func(d disk.FS) error {
			return take(d, 9, received)
		}, func(t *testing.T, d disk.FS, done bool) {
			s, err := newSnapshotStore(d, "snapshots")
			if err != nil {
				t.Fatal(err)
			}
			list, err := s.List()
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case len(list) == 2 && list[0].Index == 9 && list[1].Index == 5:
				with++
			case len(list) == 1 && list[0].Index == 5 && !done:
				without++
			default:
				t.Fatalf("done %v: there are %+v", done, list)
			}
			for _, m := range list {
				meta, r, err := s.Open(m.ID)
				if err != nil {
					t.Fatal(err)
				}
				b, err := io.ReadAll(r)
				if err = errors.Join(err, r.Close()); err != nil || int64(len(b)) != meta.Size {
					t.Fatalf("snapshot %d: %d bytes of %d, %v", m.Index, len(b), meta.Size, err)
				}
				scratch := disk.NewMem()
				applied, err := readStream(bytes.NewReader(b), scratch, "state")
				if err != nil || applied != m.Index || !maps.Equal(laid(t, scratch, "state"), files(m.Index)) {
					t.Fatalf("snapshot %d has applied %d, %v: %v", m.Index, applied, laid(t, scratch, "state"), err)
				}
			}
			if dirs, err := d.ReadDir("snapshots"); err != nil || len(dirs) != len(list) {
				t.Fatalf("there are %v, %v", dirs, err)
			}
		})
		if with < 5 || without < 10 {
			t.Errorf("received %v: %d with the new one, %d without: the test tests little", received, with, without)
		}
	}
}
