package client_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wakefs/wakefs/chunks"
	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/client"
	"github.com/wakefs/wakefs/meta"
)

// world is a file system over three chunk servers in memory.
type world struct {
	t       *testing.T
	meta    fs.Meta
	node    *meta.Node
	servers servers
	mem     map[fs.ServerID]*chunks.Mem
	stripes *client.Stripes
	c       *client.Client
	clock   *atomic.Int64
}

type servers map[fs.ServerID]fs.ShardStore

func (s servers) Server(id fs.ServerID) (fs.ShardStore, error) {
	if st, ok := s[id]; ok {
		return st, nil
	}
	return nil, fs.E("chunk server", fs.KindUnavailable, "", nil)
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, servers: servers{}, mem: map[fs.ServerID]*chunks.Mem{}, clock: &atomic.Int64{}}
	w.clock.Store(time.Now().UnixNano())
	clock := func() int64 { return w.clock.Add(1000) }
	var err error
	if w.node, err = meta.Memory(meta.Options{Servers: w.servers, Clock: clock}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.node.Close() })
	if w.meta, err = w.node.OpenSession(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		id := fs.ServerID(i + 1)
		w.mem[id] = chunks.NewMem(id)
		w.servers[id] = w.mem[id]
		op := &fs.PutServer{Info: fs.ServerInfo{UUID: fmt.Sprint("disk", id), Domain: fmt.Sprint("host/", id)}}
		res, err := w.meta.Propose(t.Context(), &fs.Tx{Ops: []fs.Op{op}}, fs.Committed)
		if err != nil || res.Ops[0].ID != uint64(id) {
			t.Fatalf("%v, %v", res, err)
		}
	}
	w.stripes = client.NewStripes(w.meta, w.servers, 1)
	w.report()
	w.eventually("groups are formed", func() error {
		m, err := w.meta.ClusterMap(t.Context())
		if err == nil {
			w.stripes.Learn(m)
			if len(m.PGs) == 0 {
				err = errors.New("none")
			}
		}
		return err
	})
	w.c = w.client()
	return w
}

// report tells the metadata how the servers feel.
func (w *world) report() {
	w.t.Helper()
	var list []fs.ServerStatus
	for _, m := range w.mem {
		st, err := m.Status(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		list = append(list, st)
	}
	if _, err := w.meta.ReportStatus(w.t.Context(), list); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) client() *client.Client {
	return client.New(client.Options{Meta: w.meta, Stripes: w.stripes, Clock: func() int64 { return w.clock.Add(1000) }})
}

func (w *world) eventually(what string, check func() error) {
	w.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("%s: %v", what, err)
		}
		time.Sleep(5 * time.Millisecond) // between two looks
	}
}

var me = &fs.Cred{}

func (w *world) create(name string) *client.Handle {
	w.t.Helper()
	h, _, err := w.c.Create(w.t.Context(), me, fs.RootIno, name, 0o644, 0, client.Read|client.Write)
	if err != nil {
		w.t.Fatal(err)
	}
	return h
}

func rng(t *testing.T) *rand.Rand {
	s := uint64(1)
	if v := os.Getenv("WAKEFS_SEED"); v != "" {
		n, err := strconv.ParseUint(v, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		s = n
	}
	t.Logf("WAKEFS_SEED=%d", s)
	return rand.New(rand.NewPCG(s, s))
}

// TestFileModel does random operations on a file through two handles and compares with a byte slice; what
// a second client sees after a flush must be the same.
func TestFileModel(t *testing.T) {
	r := rng(t)
	w := newWorld(t)
	ctx := t.Context()
	h := w.create("f")
	h2, _, err := w.c.Open(ctx, me, h.Ino(), client.Read|client.Write)
	if err != nil {
		t.Fatal(err)
	}
	const size = 12 << 20
	var model []byte
	grow := func(n int) {
		if n > len(model) {
			model = append(model, make([]byte, n-len(model))...)
		}
	}
	check := func(c *client.Client) {
		t.Helper()
		x, _, err := c.Open(ctx, me, h.Ino(), client.Read)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(model)+100)
		n, err := x.ReadAt(ctx, got, 0)
		if err != nil || !bytes.Equal(got[:n], model) {
			i := 0
			for i < n && i < len(model) && got[i] == model[i] {
				i++
			}
			t.Fatalf("%d bytes, %d in the model, differ from %d on: %v", n, len(model), i, err)
		}
		if err := x.Release(ctx); err != nil {
			t.Fatal(err)
		}
	}
	for step := range 400 {
		x := h
		if r.IntN(2) == 0 {
			x = h2
		}
		off := r.IntN(size)
		n := 1 + r.IntN(8<<10)
		if r.IntN(20) == 0 {
			n = r.IntN(5 << 20)
		}
		switch r.IntN(12) {
		case 0, 1, 2, 3, 4, 5:
			if r.IntN(3) == 0 {
				off = len(model)
			}
			p := make([]byte, n)
			for i := range p {
				p[i] = byte(step + i)
			}
			if err := x.WriteAt(ctx, p, int64(off), false); err != nil {
				t.Fatal(err)
			}
			if n > 0 {
				grow(off + n)
				copy(model[off:], p)
			}
		case 6:
			to := r.IntN(size)
			if _, err := w.c.SetAttr(ctx, me, &fs.SetAttr{Ino: h.Ino(), Set: fs.SetSize, Size: int64(to)}); err != nil {
				t.Fatal(err)
			}
			grow(to)
			model = model[:to]
		case 7:
			if err := x.Allocate(ctx, client.AllocPunch|client.AllocKeepSize, int64(off), int64(n+1)); err != nil {
				t.Fatal(err)
			}
			for i := off; i < min(off+n+1, len(model)); i++ {
				model[i] = 0
			}
		case 8:
			if err := x.Fsync(ctx); err != nil {
				t.Fatal(err)
			}
			check(w.client())
		case 9:
			if err := x.Flush(ctx); err != nil {
				t.Fatal(err)
			}
			check(w.client())
		case 10:
			src := r.IntN(size)
			length := min(n, max(0, off-src), max(0, len(model)-src)) // no overlap
			got, err := client.CopyRange(ctx, h, int64(src), x, int64(off), int64(length))
			if err != nil || got != int64(length) {
				t.Fatalf("copied %d of %d: %v", got, length, err)
			}
			if length > 0 {
				grow(off + length)
				copy(model[off:off+length], model[src:src+length])
			}
		default:
			got := make([]byte, n)
			m, err := x.ReadAt(ctx, got, int64(off))
			want := model[min(off, len(model)):min(off+n, len(model))]
			if err != nil || !bytes.Equal(got[:m], want) {
				t.Fatalf("step %d: read %d bytes at %d: %v", step, m, off, err)
			}
		}
		a, err := w.c.GetAttr(ctx, h.Ino())
		if err != nil || a.Size != int64(len(model)) {
			t.Fatalf("step %d: size %d, %d in the model, %v", step, a.Size, len(model), err)
		}
	}
	check(w.c)
	j := client.NewJanitor(w.client(), func() map[fs.ServerID]fs.ShardStore { return nil })
	if err := errors.Join(h.Flush(ctx), h2.Flush(ctx), j.Compact(ctx, h.Ino())); err != nil {
		t.Fatal(err)
	}
	check(w.client())
	if j.Counts().Compacted == 0 {
		t.Error("a file in pieces was not compacted")
	}
	if err := errors.Join(h.Release(ctx), h2.Release(ctx)); err != nil {
		t.Fatal(err)
	}
}

// TestConcurrentWriters: writers of disjoint ranges with flushes between lose nothing.
func TestConcurrentWriters(t *testing.T) {
	w := newWorld(t)
	h := w.create("f")
	const part, writers = 1 << 20, 8
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			for n := 0; n < part; n += 64 << 10 {
				if err := h.WriteAt(t.Context(), bytes.Repeat([]byte{byte(i + 1)}, 64<<10), int64(i*part+n), false); err != nil {
					t.Error(err)
				}
				if n%(256<<10) == 0 {
					if err := h.Fsync(t.Context()); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	if err := errors.Join(h.Flush(t.Context()), h.Release(t.Context())); err != nil {
		t.Fatal(err)
	}
	c := w.client()
	x, _, err := c.Open(t.Context(), me, h.Ino(), client.Read)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, part*writers)
	if n, err := x.ReadAt(t.Context(), got, 0); err != nil || n != len(got) {
		t.Fatalf("%d bytes, %v", n, err)
	}
	for i, b := range got {
		if b != byte(i/part+1) {
			t.Fatalf("byte %d is %d", i, b)
		}
	}
}

// TestAppenders: what several handles append, with flushes between, is all there, each record whole.
func TestAppenders(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first := w.create("log")
	const writers, records, size = 4, 300, 100
	var wg sync.WaitGroup
	for i := range writers {
		h, _, err := w.c.Open(ctx, me, first.Ino(), client.Write|client.Append)
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			for n := range records {
				if err := h.WriteAt(ctx, bytes.Repeat([]byte{byte('a' + i)}, size), 0, false); err != nil {
					t.Error(err)
				}
				if n%3 == i%3 {
					if err := h.Flush(ctx); err != nil {
						t.Error(err)
					}
				}
				if a, err := w.c.GetAttr(ctx, first.Ino()); err != nil || a.Size < int64(n+1)*size {
					t.Errorf("after %d own records the size is %d, %v", n+1, a.Size, err)
				}
			}
			if err := errors.Join(h.Flush(ctx), h.Release(ctx)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	got := make([]byte, writers*records*size+1)
	n, err := first.ReadAt(ctx, got, 0)
	if err != nil || n != writers*records*size {
		t.Fatalf("%d bytes, want %d: %v", n, writers*records*size, err)
	}
	count := make(map[byte]int)
	for i := 0; i < n; i += size {
		if !bytes.Equal(got[i:i+size], bytes.Repeat(got[i:i+1], size)) {
			t.Fatalf("the record at %d is torn: %q", i, got[i:i+size])
		}
		count[got[i]]++
	}
	for i := range writers {
		if c := count[byte('a'+i)]; c != records {
			t.Errorf("%d records of writer %d, want %d", c, i, records)
		}
	}
}

// TestServerFails: with one of three servers failing, reads rebuild and writes go to a smaller group; afterwards the
// janitor makes everything whole.
func TestServerFails(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	data := make([]byte, 5<<20)
	for i := range data {
		data[i] = byte(i * 7)
	}
	h := w.create("f")
	if err := errors.Join(h.WriteAt(ctx, data, 0, false), h.Flush(ctx)); err != nil {
		t.Fatal(err)
	}
	var degraded sync.Map
	w.stripes.Degraded = func(id fs.StripeID) { degraded.Store(id, true) }
	w.mem[2].Fail(fs.E("disk", fs.KindUnavailable, "", errors.New("unplugged")))
	c := w.client()
	x, _, err := c.Open(ctx, me, h.Ino(), client.Read)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(data))
	if n, err := x.ReadAt(ctx, got, 0); err != nil || !bytes.Equal(got[:n], data) {
		t.Fatalf("read with a server failing: %d bytes, %v", n, err)
	}
	h2 := w.create("g")
	if err := errors.Join(h2.WriteAt(ctx, data, 0, false), h2.Flush(ctx)); err != nil {
		t.Fatalf("write with a server failing: %v", err)
	}
	list, err := w.meta.Stripes(ctx, fs.AllStripes, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	m, err := w.meta.ClusterMap(ctx)
	if err != nil {
		t.Fatal(err)
	}
	small := 0
	for _, st := range list {
		for _, pg := range m.PGs {
			if pg.ID == st.PG && pg.Scheme == (fs.Scheme{K: 1, M: 1}) {
				small++
			}
		}
	}
	if small == 0 {
		t.Error("no stripe went to a group of the servers left")
	}
	// Rot on another: with the failing server back, everything can be repaired.
	w.mem[2].Fail(nil)
	w.report()
	n := 0
	degraded.Range(func(k, _ any) bool { n++; return true })
	if n == 0 {
		t.Error("nobody was told of degraded stripes")
	}
	j := client.NewJanitor(w.client(), func() map[fs.ServerID]fs.ShardStore { return w.servers })
	for _, st := range list {
		if err := j.Repair(ctx, st); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFlushErrorIsKept: a flush that cannot store says so, keeps the data, and a later one stores it.
func TestFlushErrorIsKept(t *testing.T) {
	w := newWorld(t)
	data := bytes.Repeat([]byte("keep"), 50_000)
	h := w.create("f")
	if err := h.WriteAt(t.Context(), data, 0, false); err != nil {
		t.Fatal(err)
	}
	for _, m := range w.mem {
		m.SetFault(func(chunks.Op, fs.ShardAddr) error { return fs.E("disk", fs.KindNoSpace, "", nil) })
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := h.Flush(ctx); fs.KindOf(err) != fs.KindNoSpace {
		t.Fatalf("flush on full disks: %v", err)
	}
	for _, m := range w.mem {
		m.SetFault(nil)
	}
	w.report()
	w.eventually("the data can be stored", func() error { return h.Fsync(t.Context()) })
	c := w.client()
	x, _, err := c.Open(t.Context(), me, h.Ino(), client.Read)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(data))
	if n, err := x.ReadAt(t.Context(), got, 0); err != nil || !bytes.Equal(got[:n], data) {
		t.Fatalf("%d bytes, %v", n, err)
	}
}

// TestFullDisks: when the leader gives no group to write because the disks are full, that is said, and not that
// they are sick.
func TestFullDisks(t *testing.T) {
	w := newWorld(t)
	h := w.create("f")
	data := make([]byte, 100_000)
	if err := errors.Join(h.WriteAt(t.Context(), data, 0, false), h.Flush(t.Context()), h.WriteAt(t.Context(), data, 0, false)); err != nil {
		t.Fatal(err)
	}
	for _, m := range w.mem {
		m.SetCapacity(1) // less than what is there
	}
	w.report()
	w.eventually("no group is writable", func() error {
		m, err := w.meta.ClusterMap(t.Context())
		for _, pg := range m.PGs {
			if pg.Writable {
				err = errors.New("one is")
			}
		}
		return err
	})
	if err := h.Flush(t.Context()); fs.KindOf(err) != fs.KindNoSpace {
		t.Errorf("flush on full disks: %v", err)
	}
}

// TestSweep: shards that no Tx ever referred to are deleted, others stay.
func TestSweep(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	data := make([]byte, 100_000)
	h := w.create("f")
	if err := errors.Join(h.WriteAt(ctx, data, 0, false), h.Flush(ctx)); err != nil {
		t.Fatal(err)
	}
	_, id, err := w.meta.Alloc(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.stripes.Write(ctx, id, fs.Owner{Ino: 99}, data); err != nil {
		t.Fatal(err)
	}
	j := client.NewJanitor(w.client(), func() map[fs.ServerID]fs.ShardStore { return w.servers })
	if err := j.Sweep(ctx, time.Hour); err != nil || j.Counts().Swept != 0 {
		t.Fatalf("young shards were swept: %d, %v", j.Counts().Swept, err)
	}
	if err := j.Sweep(ctx, -time.Hour); err != nil || j.Counts().Swept != 3 {
		t.Fatalf("swept %d shards, want 3: %v", j.Counts().Swept, err)
	}
	got := make([]byte, len(data))
	if n, err := h.ReadAt(ctx, got, 0); err != nil || n != len(data) {
		t.Fatalf("a stripe in use is gone: %d, %v", n, err)
	}
}

// TestUnlinkedOpenFile: an unlinked file lives as long as it is open, however often the session is kept alive, and
// goes when it is closed.
func TestUnlinkedOpenFile(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	h := w.create("f")
	if err := errors.Join(h.WriteAt(ctx, []byte("still here"), 0, false), h.Flush(ctx)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.c.Unlink(ctx, me, fs.RootIno, "f", false); err != nil {
		t.Fatal(err)
	}
	if err := w.meta.Sync(ctx); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if err := w.c.KeepAlive(ctx); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Millisecond) // time for a reaper that was told wrong
		if _, err := w.meta.GetAttr(ctx, h.Ino()); err != nil {
			t.Fatalf("an open unlinked file: %v", err)
		}
		b := make([]byte, 20)
		if n, err := h.ReadAt(ctx, b, 0); err != nil || string(b[:n]) != "still here" {
			t.Fatalf("an open unlinked file: %q, %v", b[:n], err)
		}
	}
	if err := h.Release(ctx); err != nil {
		t.Fatal(err)
	}
	w.eventually("it is deleted", func() error {
		if err := w.c.KeepAlive(ctx); err != nil {
			return err
		}
		if _, err := w.meta.GetAttr(ctx, h.Ino()); err == nil {
			return errors.New("it is still there")
		}
		return nil
	})
}

// TestPaths resolves paths with symbolic links.
func TestPaths(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	d, err := w.c.MkdirAll(ctx, me, "/a/b/c", 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.c.WriteFile(ctx, me, "/a/b/c/file", []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	link := func(dir fs.Ino, name, target string) {
		t.Helper()
		if _, err := w.c.Make(ctx, me, &fs.Create{Parent: dir, Name: name, Mode: fs.ModeSymlink | 0o777, Target: target}); err != nil {
			t.Fatal(err)
		}
	}
	link(fs.RootIno, "abs", "/a/b")
	link(d.Ino, "up", "../..")
	link(d.Ino, "loop", "loop")
	file, err := w.c.Resolve(ctx, "/a/b/c/file", true)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]any{
		"/abs/c/file":           file.Ino,
		"/a/b/c/up/b/c/file":    file.Ino,
		"//a/./b/../b//c/file":  file.Ino,
		"/../a/b/c/file":        file.Ino,
		"/a/b/c/file/x":         fs.KindNotDir,
		"/a/b/c/none":           fs.KindNotFound,
		"/a/b/c/loop":           fs.KindLoop,
		"relative":              fs.KindInvalid,
		"/abs/c/up/../none/../": fs.KindNotFound,
	} {
		a, err := w.c.Resolve(ctx, path, true)
		switch want := want.(type) {
		case fs.Ino:
			if err != nil || a.Ino != want {
				t.Errorf("%s: inode %d, %v; want %d", path, a.Ino, err, want)
			}
		case fs.Kind:
			if fs.KindOf(err) != want {
				t.Errorf("%s: %v, want %v", path, err, want)
			}
		}
	}
}
