package meta

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/wakefs/wakefs/fs"
)

func testNamespace(e *env) {
	m := e.session("a")
	root, err := m.GetAttr(e.ctx, fs.RootIno)
	e.ok(err)
	if !root.IsDir() || root.Parent != fs.RootIno || root.Nlink != 2 {
		e.Errorf("root is %+v", root)
	}
	dir := e.propose(m, e.create(m, fs.RootIno, "dir", fs.ModeDir|0o755)).Ops[0].Attr
	ino := e.file(m, dir.Ino, "file", "hello")
	if got := e.read(m, ino); got != "hello" {
		e.Errorf("content is %q", got)
	}
	link := e.create(m, dir.Ino, "link", fs.ModeSymlink|0o777)
	link.Target = "../file"
	e.propose(m, link)
	if target, err := m.Readlink(e.ctx, link.Ino); err != nil || target != "../file" {
		e.Errorf("link leads to %q, %v", target, err)
	}
	e.propose(m, &fs.SetXattr{Ino: ino, Name: "user.x", Value: []byte("v")})
	if v, err := m.GetXattr(e.ctx, ino, "user.x"); err != nil || string(v) != "v" {
		e.Errorf("xattr is %q, %v", v, err)
	}
	if names, err := m.ListXattr(e.ctx, ino); err != nil || len(names) != 1 || names[0] != "user.x" {
		e.Errorf("xattrs are %v, %v", names, err)
	}
	if p, err := m.Path(e.ctx, ino); err != nil || p != "/dir/file" {
		e.Errorf("path is %q, %v", p, err)
	}
	e.propose(m, &fs.Rename{Parent: dir.Ino, Name: "file", NewParent: fs.RootIno, NewName: "moved"})
	if a, err := m.Lookup(e.ctx, fs.RootIno, "moved"); err != nil || a.Ino != ino || a.Size != 5 {
		e.Errorf("moved file is %+v, %v", a, err)
	}
	list, err := m.ReadDir(e.ctx, fs.RootIno, "", 10)
	e.ok(err)
	if len(list) != 2 || list[0].Name != "dir" || list[1].Name != "moved" || list[1].Attr.Size != 5 {
		e.Errorf("root has %+v", list)
	}
	if st, err := m.StatFS(e.ctx); err != nil || st.Inodes != 4 {
		e.Errorf("statfs is %+v, %v", st, err)
	}
}

func testErrors(e *env) {
	m := e.session("a")
	ino := e.file(m, fs.RootIno, "file", "x")
	dir := e.propose(m, e.create(m, fs.RootIno, "dir", fs.ModeDir|0o755)).Ops[0].Attr.Ino
	e.file(m, dir, "inside", "")
	_, err := m.Lookup(e.ctx, fs.RootIno, "none")
	e.is(err, fs.KindNotFound)
	_, err = m.Lookup(e.ctx, ino, "x")
	e.is(err, fs.KindNotDir)
	_, err = m.Lookup(e.ctx, fs.RootIno, strings.Repeat("n", fs.MaxName+1))
	e.is(err, fs.KindNameTooLong)
	_, err = m.GetAttr(e.ctx, 1<<40)
	e.is(err, fs.KindNotFound)
	_, err = m.ReadDir(e.ctx, ino, "", 1)
	e.is(err, fs.KindNotDir)
	_, err = m.Readlink(e.ctx, ino)
	e.is(err, fs.KindInvalid)
	_, err = m.GetXattr(e.ctx, ino, "user.none")
	e.is(err, fs.KindNoAttr)
	_, _, err = m.Extents(e.ctx, dir, 0, 1)
	e.is(err, fs.KindInvalid)
	_, err = m.Stripe(e.ctx, 1<<40)
	e.is(err, fs.KindNotFound)
	_, err = m.Invocation(e.ctx, 1<<40)
	e.is(err, fs.KindNotFound)
	_, err = m.TriggerSource(e.ctx, "none", "v")
	e.is(err, fs.KindNotFound)
	e.refused(m, fs.KindExists, e.create(m, fs.RootIno, "file", 0o644))
	e.refused(m, fs.KindNotFound, &fs.Unlink{Parent: fs.RootIno, Name: "none"})
	e.refused(m, fs.KindNotEmpty, &fs.Unlink{Parent: fs.RootIno, Name: "dir", Dir: true})
	e.refused(m, fs.KindIsDir, &fs.Unlink{Parent: fs.RootIno, Name: "dir"})
	_, err = m.Propose(e.ctx, &fs.Tx{Cred: fs.Cred{UID: 7, GID: 7}, Check: true, Ops: []fs.Op{e.create(m, dir, "no", 0o644)}}, fs.Committed)
	e.is(err, fs.KindAccess)
}

// testRetry proposes Txs again under the sequence they were given: they are answered as before.
func testRetry(e *env) {
	m := e.session("a")
	one := tx(e.create(m, fs.RootIno, "a", 0o644))
	first, err := m.Propose(e.ctx, one, fs.Committed)
	e.ok(err)
	if one.Seq == 0 || one.Session != m.Session() {
		e.Fatalf("the Tx was given session %d and sequence %d", one.Session, one.Seq)
	}
	two := tx(&fs.Unlink{Parent: fs.RootIno, Name: "a"})
	_, err = m.Propose(e.ctx, two, fs.Accepted)
	e.ok(err)
	for _, wait := range []fs.Wait{fs.Accepted, fs.Committed} {
		again := *one
		res, err := m.Propose(e.ctx, &again, wait)
		e.ok(err)
		if res.Ops[0].Attr != first.Ops[0].Attr {
			e.Errorf("a retry was answered %+v, the first time %+v", res.Ops[0].Attr, first.Ops[0].Attr)
		}
		again = *two
		_, err = m.Propose(e.ctx, &again, wait)
		e.ok(err)
	}
	_, err = m.Lookup(e.ctx, fs.RootIno, "a")
	e.is(err, fs.KindNotFound)
	// A Tx that was refused left nothing, its sequence neither.
	bad := tx(&fs.Unlink{Parent: fs.RootIno, Name: "none"})
	_, err = m.Propose(e.ctx, bad, fs.Committed)
	e.is(err, fs.KindNotFound)
	e.file(m, fs.RootIno, "none", "")
}

func testAllOrNothing(e *env) {
	m := e.session("a")
	e.refused(m, fs.KindNotFound,
		e.create(m, fs.RootIno, "one", 0o644),
		e.create(m, fs.RootIno, "two", 0o644),
		&fs.Unlink{Parent: fs.RootIno, Name: "none"})
	list, err := m.ReadDir(e.ctx, fs.RootIno, "", 10)
	e.ok(err)
	if len(list) != 0 {
		e.Errorf("a refused Tx left %+v", list)
	}
	if st, err := m.StatFS(e.ctx); err != nil || st.Inodes != 1 {
		e.Errorf("a refused Tx left %d inodes, %v", st.Inodes, err)
	}
}

func testPreconditions(e *env) {
	m := e.session("a")
	ino := e.file(m, fs.RootIno, "f", "one")
	a, err := m.GetAttr(e.ctx, ino)
	e.ok(err)
	good := []fs.Pre{
		{Kind: fs.PreVersion, Ino: ino, Version: a.Version},
		{Kind: fs.PreData, Ino: ino, Version: a.DataVersion},
		{Kind: fs.PreEntry, Ino: fs.RootIno, Name: "f", Child: ino},
		{Kind: fs.PreEntry, Ino: fs.RootIno, Name: "none"},
	}
	bad := []fs.Pre{
		{Kind: fs.PreVersion, Ino: ino, Version: a.Version + 1},
		{Kind: fs.PreVersion, Ino: 1 << 40, Version: 1},
		{Kind: fs.PreData, Ino: ino, Version: a.DataVersion + 1},
		{Kind: fs.PreEntry, Ino: fs.RootIno, Name: "f"},
		{Kind: fs.PreEntry, Ino: fs.RootIno, Name: "none", Child: ino},
	}
	for _, p := range bad {
		t := tx(&fs.SetXattr{Ino: ino, Name: "user.bad", Value: []byte("x")})
		t.Pre = append(append(t.Pre, good...), p)
		_, err := m.Propose(e.ctx, t, fs.Committed)
		e.is(err, fs.KindConflict)
	}
	t := tx(write(ino, "two"))
	t.Pre = good
	_, err = m.Propose(e.ctx, t, fs.Committed)
	e.ok(err)
	t.Seq = 0
	_, err = m.Propose(e.ctx, t, fs.Committed) // its own effect
	e.is(err, fs.KindConflict)
}

// testOrder proposes without waiting: each Tx finds what those before it made.
func testOrder(e *env) {
	m := e.session("a")
	dir := fs.RootIno
	for i := range 200 {
		c := e.create(m, dir, fmt.Sprintf("d%d", i), fs.ModeDir|0o755)
		_, err := m.Propose(e.ctx, tx(c), fs.Accepted)
		e.ok(err)
		dir = c.Ino
	}
	e.ok(m.Sync(e.ctx))
	p, err := e.session("b").Path(e.ctx, dir)
	e.ok(err)
	if n := strings.Count(p, "/"); n != 200 {
		e.Errorf("the path has %d names", n)
	}
}

func testOwnAccepted(e *env) {
	m := e.session("a")
	for i := range 100 {
		c := e.create(m, fs.RootIno, fmt.Sprint(i), 0o644)
		_, err := m.Propose(e.ctx, tx(c), fs.Accepted)
		e.ok(err)
		a, err := m.Lookup(e.ctx, fs.RootIno, fmt.Sprint(i))
		e.ok(err)
		if a.Ino != c.Ino {
			e.Fatalf("own file %d is inode %d, want %d", i, a.Ino, c.Ino)
		}
		list, err := m.ReadDir(e.ctx, fs.RootIno, "", 1000)
		e.ok(err)
		if len(list) != i+1 {
			e.Fatalf("own directory has %d entries, want %d", len(list), i+1)
		}
	}
}

// testOthersSeeCommitted lets one session write without waiting while others read: whatever was
// accepted before a read began, the read sees.
func testOthersSeeCommitted(e *env) {
	writer := e.session("writer")
	ino := e.file(writer, fs.RootIno, "f", "start")
	accepted := make(chan int)
	var readers sync.WaitGroup
	for r := range 3 {
		m := e.session(fmt.Sprint("reader", r))
		readers.Go(func() {
			for i := range accepted {
				a, err := m.GetAttr(e.ctx, ino)
				if err != nil {
					e.Error(err)
					continue
				}
				if a.Mtime < int64(i) {
					e.Errorf("change %d was accepted, but a read sees %d", i, a.Mtime)
				}
			}
		})
	}
	for i := 1; i <= 300; i++ {
		_, err := writer.Propose(e.ctx, tx(&fs.SetAttr{Ino: ino, Set: fs.SetMtime, Mtime: int64(i)}), fs.Accepted)
		e.ok(err)
		accepted <- i
	}
	close(accepted)
	readers.Wait()
}

func testAlloc(e *env) {
	const each = 2000
	sessions := []fs.Meta{e.session("a"), e.session("b")}
	var mu sync.Mutex
	inos, stripes := map[fs.Ino]bool{}, map[fs.StripeID]bool{}
	var wg sync.WaitGroup
	for i := range 4 {
		m := sessions[i%2]
		wg.Go(func() {
			for range each {
				ino, stripe, err := m.Alloc(e.ctx)
				if err != nil {
					e.Error(err)
					return
				}
				mu.Lock()
				inos[ino], stripes[stripe] = true, true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(inos) != 4*each || len(stripes) != 4*each || inos[0] || inos[fs.RootIno] || stripes[0] {
		e.Errorf("%d inodes and %d stripes of %d", len(inos), len(stripes), 4*each)
	}
}

// testCanceled gives up before it begins: the error is the context's.
func testCanceled(e *env) {
	m := e.session("a")
	next := func() uint64 {
		_, n, err := m.Changes(e.ctx, 0)
		e.ok(err)
		return n
	}()
	ctx, cancel := context.WithCancel(e.ctx)
	done := make(chan error, 2)
	go func() {
		_, err := m.Waiting(ctx, "", 0, 1, true)
		done <- err
	}()
	go func() {
		_, _, err := m.Changes(ctx, next)
		done <- err
	}()
	cancel()
	e.is(settles(e, "a canceled call", done), fs.KindCanceled)
	e.is(settles(e, "a canceled call", done), fs.KindCanceled)
}

func testSessionEnds(e *env) {
	m := e.session("a")
	e.ok(m.Close(e.ctx))
	_, err := m.GetAttr(e.ctx, fs.RootIno)
	e.is(err, fs.KindStale)
	_, err = m.Propose(e.ctx, tx(&fs.SetAttr{Ino: fs.RootIno, Set: fs.SetMtimeNow}), fs.Committed)
	e.is(err, fs.KindStale)
	_, err = m.KeepAlive(e.ctx, nil)
	e.is(err, fs.KindStale)
	other := e.session("b")
	st, err := other.Status(e.ctx)
	e.ok(err)
	if len(st.Sessions) != 1 || st.Sessions[0].Name != "b" || st.Sessions[0].ID != other.Session() {
		e.Errorf("sessions are %+v", st.Sessions)
	}
	if other.Session() == m.Session() {
		e.Error("a session's ID was used again")
	}
}
