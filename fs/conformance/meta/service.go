package meta

import (
	"fmt"
	"slices"

	"github.com/wakefs/wakefs/fs"
)

func testChanges(e *env) {
	a, b := e.session("a"), e.session("b")
	_, at, err := b.Changes(e.ctx, 0)
	e.ok(err)
	e.file(b, fs.RootIno, "own", "x") // is no news for b
	type answer struct {
		changes []fs.Change
		next    uint64
		err     error
	}
	got := make(chan answer, 1)
	go func() {
		c, next, err := b.Changes(e.ctx, at)
		got <- answer{c, next, err}
	}()
	ino := e.file(a, fs.RootIno, "f", "x")
	first := settles(e, "news of a file", got)
	e.ok(first.err)
	named := fs.Change{Parent: fs.RootIno, Name: "f"}
	if !slices.Contains(first.changes, named) {
		e.Errorf("changes are %+v, without the new name", first.changes)
	}
	if slices.ContainsFunc(first.changes, func(c fs.Change) bool { return c.Name == "own" }) {
		e.Errorf("changes are %+v, with b's own", first.changes)
	}
	e.propose(a, write(ino, "y"))
	second, _, err := b.Changes(e.ctx, first.next)
	e.ok(err)
	if !slices.Contains(second, fs.Change{Ino: ino, Data: true}) {
		e.Errorf("changes are %+v, without the content", second)
	}
}

func testChangesTooFarBehind(e *env) {
	m := e.session("a")
	list, next, err := m.Changes(e.ctx, 1) // of a feed before this one, or of none
	e.ok(err)
	if len(list) != 1 || list[0] != (fs.Change{}) || next == 0 {
		e.Errorf("a reader from another time gets %+v, %d", list, next)
	}
}

// keepAlive answers until the service asks for nothing that is not held.
func (e *env) keepAlive(m fs.Meta, held ...fs.Ino) {
	e.Helper()
	e.eventually("orphans are answered for", func() bool {
		ask, err := m.KeepAlive(e.ctx, held)
		e.ok(err)
		return !slices.ContainsFunc(ask, func(i fs.Ino) bool { return !slices.Contains(held, i) })
	})
}

func (e *env) gone(m fs.Meta, ino fs.Ino) {
	e.Helper()
	e.eventually("the orphan is deleted", func() bool {
		_, err := m.GetAttr(e.ctx, ino)
		if err != nil {
			e.is(err, fs.KindNotFound)
		}
		return err != nil
	})
}

func testOrphans(e *env) {
	a, b := e.session("a"), e.session("b")
	ino := e.file(a, fs.RootIno, "f", "still here")
	res := e.propose(a, &fs.Unlink{Parent: fs.RootIno, Name: "f"})
	if n := res.Ops[0].Attr.Nlink; n != 0 {
		e.Errorf("the unlinked file has %d names", n)
	}
	e.keepAlive(a)      // a does not hold it
	e.keepAlive(b, ino) // b does
	e.keepAlive(a)
	e.keepAlive(b, ino)
	if got := e.read(b, ino); got != "still here" {
		e.Errorf("an open unlinked file has %q", got)
	}
	st, err := a.Status(e.ctx)
	e.ok(err)
	if st.Orphans != 1 {
		e.Errorf("%d orphans", st.Orphans)
	}
	e.keepAlive(b) // b closed it
	e.gone(a, ino)
	later := e.create(a, fs.RootIno, "", 0o644) // O_TMPFILE is born an orphan
	e.propose(a, later)
	e.keepAlive(b)
	e.keepAlive(a, later.Ino)
	_, err = a.GetAttr(e.ctx, later.Ino)
	e.ok(err)
	e.keepAlive(a)
	e.gone(a, later.Ino)
}

func testOrphanNamedAgain(e *env) {
	m := e.session("a")
	c := e.create(m, fs.RootIno, "", 0o644)
	e.propose(m, c)
	e.propose(m, &fs.Link{Ino: c.Ino, Parent: fs.RootIno, Name: "named"})
	e.keepAlive(m)
	gone := e.file(m, fs.RootIno, "gone", "")
	e.propose(m, &fs.Unlink{Parent: fs.RootIno, Name: "gone"})
	e.keepAlive(m)
	e.gone(m, gone) // so the reaper has been at work
	if a, err := m.Lookup(e.ctx, fs.RootIno, "named"); err != nil || a.Ino != c.Ino {
		e.Errorf("the file that got a name is %+v, %v", a, err)
	}
}

func testOrphansOfAClosedSession(e *env) {
	a, b := e.session("a"), e.session("b")
	ino := e.file(a, fs.RootIno, "f", "")
	e.keepAlive(a)
	e.propose(a, &fs.Unlink{Parent: fs.RootIno, Name: "f"})
	e.keepAlive(b)
	e.keepAlive(a, ino)
	e.ok(a.Close(e.ctx))
	e.gone(b, ino)
}

func testListings(e *env) {
	m := e.session("a")
	const n = 2500
	for i := 0; i < n; i += 100 {
		var ops []fs.Op
		for k := range 100 {
			ops = append(ops, e.create(m, fs.RootIno, fmt.Sprintf("%05d", i+k), 0o644))
		}
		_, err := m.Propose(e.ctx, tx(ops...), fs.Accepted)
		e.ok(err)
	}
	var names []string
	for after := ""; ; {
		list, err := m.ReadDir(e.ctx, fs.RootIno, after, 300)
		e.ok(err)
		for _, d := range list {
			names = append(names, d.Name)
		}
		if len(list) < 300 {
			break
		}
		after = list[len(list)-1].Name
	}
	if len(names) != n || !slices.IsSorted(names) {
		e.Errorf("%d names", len(names))
	}
	inodes, err := m.Inodes(e.ctx, 0, 10*n)
	e.ok(err)
	if len(inodes) != n+1 {
		e.Errorf("%d inodes", len(inodes))
	}
	some, err := m.Inodes(e.ctx, inodes[10].Ino, 5)
	e.ok(err)
	if len(some) != 5 || some[0].Ino != inodes[11].Ino {
		e.Errorf("inodes behind the eleventh are %+v", some)
	}
}

func testInvocations(e *env) {
	m := e.session("a")
	e.propose(m, &fs.PutTrigger{
		Trigger: fs.Trigger{Name: "t", Version: "v1", On: []fs.Match{{Events: fs.EventArrive, Globs: []string{"/in/**"}}}, MaxAttempts: 3},
		Source:  []byte("package main"),
	})
	dir := e.propose(m, e.create(m, fs.RootIno, "in", fs.ModeDir|0o755)).Ops[0].Attr.Ino
	waiting := make(chan []fs.Invocation, 1)
	worker := e.session("worker")
	go func() {
		list, err := worker.Waiting(e.ctx, "", 0, 10, true)
		if err != nil {
			e.Error(err)
		}
		waiting <- list
	}()
	c := e.create(m, dir, "f", 0o644)
	_, err := m.Propose(e.ctx, tx(c, write(c.Ino, "x")), fs.Accepted) // nobody waits for it, and still it is told at once
	e.ok(err)
	list := settles(e, "an invocation", waiting)
	if len(list) != 1 || list[0].Trigger != "t" || list[0].Event.Path != "/in/f" || list[0].Event.Ino != c.Ino {
		e.Fatalf("waiting are %+v", list)
	}
	inv := list[0]
	e.propose(worker, &fs.Fail{ID: inv.ID, Attempt: inv.Attempt, Dead: true, Report: fs.Report{Error: "no"}})
	dead, err := m.DeadLetters(e.ctx, "t", 0, 10)
	e.ok(err)
	if len(dead) != 1 || dead[0].ID != inv.ID || dead[0].Error != "no" {
		e.Errorf("dead letters are %+v", dead)
	}
	e.propose(m, &fs.Requeue{IDs: []fs.InvocationID{inv.ID}})
	list, err = worker.Waiting(e.ctx, "", 0, 10, true)
	e.ok(err)
	if len(list) != 1 {
		e.Fatalf("waiting after a requeue are %+v", list)
	}
	effect := e.create(worker, fs.RootIno, "out", 0o644)
	e.propose(worker, effect, &fs.Ack{ID: inv.ID, Attempt: list[0].Attempt})
	e.refused(worker, fs.KindConflict, e.create(worker, fs.RootIno, "twice", 0o644), &fs.Ack{ID: inv.ID, Attempt: list[0].Attempt})
	_, err = m.Invocation(e.ctx, inv.ID)
	e.is(err, fs.KindNotFound)
	triggers, err := m.Triggers(e.ctx)
	e.ok(err)
	if len(triggers) != 1 || triggers[0].Stats.Done != 1 {
		e.Errorf("triggers are %+v", triggers)
	}
	if src, err := m.TriggerSource(e.ctx, "t", "v1"); err != nil || string(src) != "package main" {
		e.Errorf("source is %q, %v", src, err)
	}
	if list, err := m.Waiting(e.ctx, "", 0, 10, false); err != nil || len(list) != 0 {
		e.Errorf("waiting are %+v, %v", list, err)
	}
}

// testHeldFiles: an empty file that was closed, but perhaps not for the last time, is announced when its session ends, if it was not before.
func testHeldFiles(e *env) {
	m := e.session("a")
	e.propose(m, &fs.PutTrigger{
		Trigger: fs.Trigger{Name: "t", Version: "v1", On: []fs.Match{{Events: fs.EventArrive, Globs: []string{"/**"}}}, MaxAttempts: 3},
		Source:  []byte("package main"),
	})
	waiting := func() (paths []string) {
		list, err := m.Waiting(e.ctx, "", 0, 10, false)
		e.ok(err)
		for _, inv := range list {
			paths = append(paths, inv.Event.Path)
		}
		return paths
	}
	writer := e.session("writer")
	inos := make(map[string]fs.Ino)
	for _, name := range []string{"announced", "written", "removed", "held", "moved"} {
		c := e.create(writer, fs.RootIno, name, 0o644)
		e.propose(writer, c, &fs.Commit{Ino: c.Ino, Held: true})
		inos[name] = c.Ino
	}
	if got := waiting(); len(got) != 0 {
		e.Fatalf("announced too early: %q", got)
	}
	e.propose(writer, &fs.Commit{Ino: inos["announced"], Held: true, Close: true})
	e.propose(m, write(inos["written"], "by another"))
	e.propose(m, &fs.Unlink{Parent: fs.RootIno, Name: "removed"})
	e.propose(m, &fs.Rename{Parent: fs.RootIno, Name: "moved", NewParent: fs.RootIno, NewName: "there"})
	want := []string{"/announced", "/written", "/there"}
	if got := waiting(); !slices.Equal(got, want) {
		e.Fatalf("announced are %q", got)
	}
	e.ok(writer.Close(e.ctx))
	if got := waiting(); !slices.Equal(got, append(want, "/held")) {
		e.Errorf("announced at the end of the session are %q", got)
	}
}

func testStatus(e *env) {
	m := e.session("a")
	e.file(m, fs.RootIno, "f", "x")
	st, err := m.Status(e.ctx)
	e.ok(err)
	if st.Inodes != 2 || st.Leader == "" || len(st.Peers) == 0 || len(st.Sessions) != 1 || st.Sessions[0].Seen == 0 {
		e.Errorf("status is %+v", st)
	}
}

// testPlacement registers chunk servers one sick, one lost, and looks at the groups.
func testPlacement(e *env) {
	m := e.session("node")
	var ids []fs.ServerID
	for i := range 4 {
		res := e.propose(m, &fs.PutServer{Info: fs.ServerInfo{UUID: fmt.Sprint("disk", i), Domain: fmt.Sprintf("host/%d", i)}})
		ids = append(ids, fs.ServerID(res.Ops[0].ID))
	}
	report := func(well ...fs.ServerID) fs.ClusterMap {
		var list []fs.ServerStatus
		for _, id := range ids {
			s := fs.ServerStatus{ID: id, Capacity: 1 << 40, Free: 1 << 39, CPUIdle: 1}
			if !slices.Contains(well, id) {
				s.Failed = "unplugged"
			}
			list = append(list, s)
		}
		cm, err := m.ReportStatus(e.ctx, list)
		e.ok(err)
		return cm
	}
	// wait reports until the writable groups are all of a scheme over the members given, and each is
	// in one.
	wait := func(what string, scheme fs.Scheme, well ...fs.ServerID) {
		e.Helper()
		e.eventually(what, func() bool {
			covered := map[fs.ServerID]bool{}
			for _, pg := range report(well...).PGs {
				if !pg.Writable {
					continue
				}
				if pg.Scheme != scheme || pg.Weight == 0 {
					return false
				}
				for _, id := range pg.Members {
					if !slices.Contains(well, id) {
						return false
					}
					covered[id] = true
				}
			}
			return len(covered) == len(well)
		})
	}
	wait("three of four", fs.Scheme{K: 2, M: 1}, ids[:3]...)
	wait("all four", fs.Scheme{K: 2, M: 1}, ids...)
	wait("one fails", fs.Scheme{K: 2, M: 1}, ids[1:]...)
	wait("two are left", fs.Scheme{K: 1, M: 1}, ids[2:]...)
	wait("and return", fs.Scheme{K: 2, M: 1}, ids...)
	st, err := m.StatFS(e.ctx)
	e.ok(err)
	if st.Capacity != 4<<40*2/3 || st.Free != 4<<39*2/3 {
		e.Errorf("four disks of 1 TiB at 2+1 are %d bytes, %d free", st.Capacity, st.Free)
	}
	e.propose(m, &fs.PutServer{Info: fs.ServerInfo{ID: ids[0], UUID: "disk0", Domain: "host/0", Lost: true}})
	e.eventually("the lost server is in no group of three", func() bool {
		for _, pg := range report(ids[1:]...).PGs {
			if slices.Contains(pg.Members, ids[0]) {
				return false
			}
		}
		return true
	})
}
