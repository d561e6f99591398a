package meta

import (
	"github.com/wakefs/wakefs/fs"
)

func (e *env) speculate(m fs.Meta) fs.Speculation {
	return m.Speculate(fs.SpeculateOptions{Time: 5_000_000_000})
}

func testSpeculate(e *env) {
	m, other := e.session("a"), e.session("b")
	old := e.file(m, fs.RootIno, "old", "old")
	s := m.Speculate(fs.SpeculateOptions{Time: 5_000_000_000, Chain: []string{"t"}})
	c := e.create(s, fs.RootIno, "new", 0o644)
	e.propose(s, c)
	e.propose(s, write(c.Ino, "fresh"))
	e.propose(s, &fs.Unlink{Parent: fs.RootIno, Name: "old"})
	if got := e.read(s, c.Ino); got != "fresh" {
		e.Errorf("the view has %q", got)
	}
	_, err := s.Lookup(e.ctx, fs.RootIno, "old")
	e.is(err, fs.KindNotFound)
	e.refused(s, fs.KindExists, e.create(s, fs.RootIno, "new", 0o644))
	if list, err := s.ReadDir(e.ctx, fs.RootIno, "", 10); err != nil || len(list) != 1 || list[0].Name != "new" {
		e.Errorf("the view's root has %+v, %v", list, err)
	}
	for _, see := range []fs.Meta{m, other} { // nobody else sees any of it
		_, err := see.Lookup(e.ctx, fs.RootIno, "new")
		e.is(err, fs.KindNotFound)
		if a, err := see.Lookup(e.ctx, fs.RootIno, "old"); err != nil || a.Ino != old {
			e.Errorf("outside, the old file is %+v, %v", a, err)
		}
	}
	t := s.Tx()
	if len(t.Ops) != 3 || len(t.Chain) != 1 {
		e.Errorf("the Tx has %d operations, chain %v", len(t.Ops), t.Chain)
	}
	_, err = m.Propose(e.ctx, t, fs.Committed)
	e.ok(err)
	if got := e.read(other, c.Ino); got != "fresh" {
		e.Errorf("made real it has %q", got)
	}
	e.is(s.Lock(e.ctx, fs.Lock{Ino: 1}), fs.KindUnsupported)
	_, err = s.KeepAlive(e.ctx, nil)
	e.is(err, fs.KindUnsupported)
	_, _, err = s.Changes(e.ctx, 0)
	e.is(err, fs.KindUnsupported)
}

// testSpeculateConflicts runs two functions side by side, and makes the first real before the second.
func testSpeculateConflicts(e *env) {
	m := e.session("a")
	type world struct{ x, y, dir fs.Ino }
	tests := []struct {
		name     string
		one, two func(s fs.Speculation, w world)
		conflict bool
	}{
		{"lost update", func(s fs.Speculation, w world) {
			e.propose(s, write(w.x, e.read(s, w.x)+"1"))
		}, func(s fs.Speculation, w world) {
			e.propose(s, write(w.x, e.read(s, w.x)+"2"))
		}, true},
		{"write skew", func(s fs.Speculation, w world) {
			e.propose(s, write(w.y, e.read(s, w.x)))
		}, func(s fs.Speculation, w world) {
			e.propose(s, write(w.x, e.read(s, w.y)))
		}, true},
		{"reading what the other only reads", func(s fs.Speculation, w world) {
			e.propose(s, write(w.y, e.read(s, w.x)))
		}, func(s fs.Speculation, w world) {
			c := e.create(s, w.dir, "two", 0o644)
			e.propose(s, c, write(c.Ino, e.read(s, w.x)))
		}, false},
		{"disjoint creates in one directory", func(s fs.Speculation, w world) {
			_, err := s.Lookup(e.ctx, w.dir, "one")
			e.is(err, fs.KindNotFound)
			e.propose(s, e.create(s, w.dir, "one", 0o644))
		}, func(s fs.Speculation, w world) {
			_, err := s.GetAttr(e.ctx, w.dir)
			e.ok(err)
			c := e.create(s, w.dir, "two", 0o644)
			e.propose(s, c)
			e.propose(s, write(c.Ino, "two"))
			_, err = s.Lookup(e.ctx, w.dir, "two")
			e.ok(err)
		}, false},
		{"creates of one name", func(s fs.Speculation, w world) {
			e.propose(s, e.create(s, w.dir, "same", 0o644))
		}, func(s fs.Speculation, w world) {
			e.propose(s, e.create(s, w.dir, "same", 0o644))
		}, true},
		{"a name found missing appears", func(s fs.Speculation, w world) {
			e.propose(s, e.create(s, w.dir, "flag", 0o644))
		}, func(s fs.Speculation, w world) {
			_, err := s.Lookup(e.ctx, w.dir, "flag")
			e.is(err, fs.KindNotFound)
			e.propose(s, write(w.x, "no flag"))
		}, true},
		{"a listing changes", func(s fs.Speculation, w world) {
			e.propose(s, e.create(s, w.dir, "more", 0o644))
		}, func(s fs.Speculation, w world) {
			_, err := s.ReadDir(e.ctx, w.dir, "", 100)
			e.ok(err)
			e.propose(s, write(w.x, "few"))
		}, true},
		{"attributes change", func(s fs.Speculation, w world) {
			e.propose(s, &fs.SetAttr{Ino: w.x, Set: fs.SetMode, Mode: 0o600})
		}, func(s fs.Speculation, w world) {
			a, err := s.GetAttr(e.ctx, w.x)
			e.ok(err)
			e.propose(s, &fs.SetAttr{Ino: w.y, Set: fs.SetMode, Mode: a.Mode})
		}, true},
		{"a file read goes away", func(s fs.Speculation, w world) {
			e.propose(s, &fs.Rename{Parent: w.dir, Name: "x", NewParent: w.dir, NewName: "z"})
		}, func(s fs.Speculation, w world) {
			_, err := s.Lookup(e.ctx, w.dir, "x")
			e.ok(err)
			e.propose(s, write(w.y, "x is there"))
		}, true},
		{"different files", func(s fs.Speculation, w world) {
			e.propose(s, write(w.x, e.read(s, w.x)+"1"))
		}, func(s fs.Speculation, w world) {
			e.propose(s, write(w.y, e.read(s, w.y)+"2"))
		}, false},
		{"an own change is seen and no conflict", func(s fs.Speculation, w world) {
		}, func(s fs.Speculation, w world) {
			e.propose(s, write(w.x, "mine"))
			if got := e.read(s, w.x); got != "mine" {
				e.Errorf("own content reads %q", got)
			}
			e.propose(s, write(w.x, "again"))
		}, false},
	}
	for _, test := range tests {
		dir := e.propose(m, e.create(m, fs.RootIno, test.name, fs.ModeDir|0o755)).Ops[0].Attr.Ino
		w := world{dir: dir, x: e.file(m, dir, "x", "x"), y: e.file(m, dir, "y", "y")}
		one, two := e.speculate(m), e.speculate(m)
		test.two(two, w) // sees the world before one is real
		test.one(one, w)
		if len(one.Tx().Ops) > 0 {
			_, err := m.Propose(e.ctx, one.Tx(), fs.Committed)
			e.ok(err)
		}
		_, err := m.Propose(e.ctx, two.Tx(), fs.Committed)
		if test.conflict && fs.KindOf(err) != fs.KindConflict || !test.conflict && err != nil {
			e.Errorf("%s: %v", test.name, err)
		}
	}
}

func testSpeculatePermissions(e *env) {
	m := e.session("a")
	c := e.create(m, fs.RootIno, "closed", fs.ModeDir|0o700)
	e.propose(m, c)
	secret := e.file(m, c.Ino, "secret", "s")
	e.propose(m, &fs.SetAttr{Ino: secret, Set: fs.SetMode, Mode: 0o600})
	open := e.file(m, fs.RootIno, "open", "o")
	s := m.Speculate(fs.SpeculateOptions{Cred: fs.Cred{UID: 1000, GID: 1000}, Time: 1})
	_, err := s.Lookup(e.ctx, c.Ino, "secret")
	e.is(err, fs.KindAccess)
	_, err = s.ReadDir(e.ctx, c.Ino, "", 1)
	e.is(err, fs.KindAccess)
	_, _, err = s.Extents(e.ctx, secret, 0, 1)
	e.is(err, fs.KindAccess)
	_, err = s.GetXattr(e.ctx, secret, "user.x")
	e.is(err, fs.KindAccess)
	e.refused(s, fs.KindAccess, e.create(s, fs.RootIno, "mine", 0o644))
	e.refused(s, fs.KindAccess, write(open, "x"))
	if got := e.read(s, open); got != "o" {
		e.Errorf("a file that all may read has %q", got)
	}
	if !s.Tx().Check || s.Tx().Cred.UID != 1000 {
		e.Errorf("the Tx acts as %+v, checked %v", s.Tx().Cred, s.Tx().Check)
	}
}
