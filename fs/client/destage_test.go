package client_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/client"
)

// small is the content of the i-th small file.
func small(i int) []byte { return bytes.Repeat([]byte{byte(i), byte(i >> 8), 'x'}, 500+i*7) }

// smallFiles makes n files with inline data.
func (w *world) smallFiles(n int) []fs.Ino {
	w.t.Helper()
	var inos []fs.Ino
	for i := range n {
		h := w.create(fmt.Sprint("small", i))
		if err := errors.Join(h.WriteAt(w.t.Context(), small(i), 0, false), h.Flush(w.t.Context()), h.Release(w.t.Context())); err != nil {
			w.t.Fatal(err)
		}
		inos = append(inos, h.Ino())
	}
	return inos
}

func (w *world) checkSmall(i int, ino fs.Ino, want []byte) {
	w.t.Helper()
	b, err := w.client().ReadFile(w.t.Context(), ino, 1<<20)
	if err != nil || !bytes.Equal(b, want) {
		w.t.Fatalf("file %d has %d bytes, want %d: %v", i, len(b), len(want), err)
	}
}

// stored returns the live stripes, and how many of their bytes nothing refers to.
func (w *world) stored() (stripes int, dead int64) {
	w.t.Helper()
	list, err := w.meta.Stripes(w.t.Context(), fs.AllStripes, 0, 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, st := range list {
		if st.Live > 0 {
			stripes++
			dead += int64(st.Len) - st.Live
		}
	}
	return stripes, dead
}

func (w *world) inline(ino fs.Ino) bool {
	w.t.Helper()
	_, extents, err := w.meta.Extents(w.t.Context(), ino, 0, 1<<20)
	if err != nil {
		w.t.Fatal(err)
	}
	for i := range extents {
		if extents[i].Inline != nil {
			return true
		}
	}
	return false
}

// TestDestage: small files move into shared stripes unchanged; when most of them are gone, what is left moves on, and
// the space is free.
func TestDestage(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	const n = 300
	inos := w.smallFiles(n)
	before, err := w.meta.GetAttr(ctx, inos[7])
	if err != nil {
		t.Fatal(err)
	}
	j := client.NewJanitor(w.client(), func() map[fs.ServerID]fs.ShardStore { return w.servers })
	left, err := j.Destage(ctx, inos[:10], 1<<20)
	if err != nil || len(left) != 10 || !w.inline(inos[0]) {
		t.Fatalf("a few small files were packed alone: %d left, %v", len(left), err)
	}
	if left, err = j.Destage(ctx, append(inos, 1<<40), 0); err != nil || len(left) != 0 {
		t.Fatalf("%d left, %v", len(left), err)
	}
	for i, ino := range inos {
		w.checkSmall(i, ino, small(i))
		if w.inline(ino) {
			t.Fatalf("file %d is still inline", i)
		}
	}
	after, err := w.meta.GetAttr(ctx, inos[7])
	if err != nil || after != before {
		t.Errorf("destaging changed attributes:\n%+v\n%+v, %v", before, after, err)
	}
	if s, dead := w.stored(); s != 2 || dead != 0 {
		t.Errorf("%d stripes with %d dead bytes for %d files", s, dead, n)
	}
	for i := range n {
		if i%5 != 0 {
			if _, err := w.c.Unlink(ctx, me, fs.RootIno, fmt.Sprint("small", i), false); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.eventually("the unlinked files are deleted", func() error {
		if err := w.c.KeepAlive(ctx); err != nil {
			return err
		}
		st, err := w.meta.Status(ctx)
		if err == nil && st.Orphans > 0 {
			err = fmt.Errorf("%d orphans", st.Orphans)
		}
		return err
	})
	if _, dead := w.stored(); dead == 0 {
		t.Fatal("no byte is dead after the unlinks")
	}
	w.clock.Add(int64(3600e9)) // an hour of quiet
	for range 2 {              // what is left is less than a pack: the first makes it wait, so ask for it by name
		if err := j.Reclaim(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := j.Destage(ctx, inos, 0); err != nil {
		t.Fatal(err)
	}
	if _, dead := w.stored(); dead != 0 {
		t.Errorf("%d bytes are still dead", dead)
	}
	for i := 0; i < n; i += 5 {
		w.checkSmall(i, inos[i], small(i))
	}
}

// racing overwrites a file just before the first relocation is proposed.
type racing struct {
	fs.Meta
	before func()
}

func (r *racing) Propose(ctx context.Context, tx *fs.Tx, wait fs.Wait) (fs.Result, error) {
	if _, ok := tx.Ops[0].(*fs.Relocate); ok && r.before != nil {
		before := r.before
		r.before = nil
		before()
	}
	return r.Meta.Propose(ctx, tx, wait)
}

// TestDestageConflict: a file that is written while it is packed keeps what was written; the others are moved.
func TestDestageConflict(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	inos := w.smallFiles(20)
	newer := []byte("newer")
	m := &racing{Meta: w.meta}
	m.before = func() {
		for _, i := range []int{0, 11} {
			h, _, err := w.c.Open(ctx, me, inos[i], client.Write|client.Truncate)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(h.WriteAt(ctx, newer, 0, false), h.Flush(ctx), h.Release(ctx)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.c.Unlink(ctx, me, fs.RootIno, "small5", false); err != nil {
			t.Fatal(err)
		}
	}
	c := client.New(client.Options{Meta: m, Stripes: w.stripes, Clock: func() int64 { return w.clock.Add(1000) }})
	j := client.NewJanitor(c, func() map[fs.ServerID]fs.ShardStore { return w.servers })
	if _, err := j.Destage(ctx, inos, 0); err != nil {
		t.Fatal(err)
	}
	for i, ino := range inos {
		switch i {
		case 0, 11:
			w.checkSmall(i, ino, newer)
		case 5:
		default:
			w.checkSmall(i, ino, small(i))
			if w.inline(ino) {
				t.Errorf("file %d was not moved", i)
			}
		}
	}
}

// late applies relocations and then says that the caller gave up waiting, as at the end of a node.
type late struct{ fs.Meta }

func (l late) Propose(ctx context.Context, tx *fs.Tx, wait fs.Wait) (fs.Result, error) {
	res, err := l.Meta.Propose(ctx, tx, wait)
	if _, ok := tx.Ops[0].(*fs.Relocate); ok && err == nil {
		return fs.Result{}, context.Canceled
	}
	return res, err
}

// TestDestageUndecided: the stripe of a Tx that may have been applied is not deleted.
func TestDestageUndecided(t *testing.T) {
	w := newWorld(t)
	inos := w.smallFiles(20)
	c := client.New(client.Options{Meta: late{w.meta}, Stripes: w.stripes, Clock: func() int64 { return w.clock.Add(1000) }})
	j := client.NewJanitor(c, func() map[fs.ServerID]fs.ShardStore { return w.servers })
	if _, err := j.Destage(t.Context(), inos, 0); !errors.Is(err, context.Canceled) {
		t.Fatalf("destaging ended with %v", err)
	}
	for i, ino := range inos {
		w.checkSmall(i, ino, small(i))
	}
}
