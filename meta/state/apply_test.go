package state

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
)

func TestDedup(t *testing.T) {
	w := newWorld(t)
	s := fs.SessionID(w.do(&fs.OpenSession{Name: "mount /mnt"}).Ops[0].ID)
	tx := func(seq int, op fs.Op) *fs.Tx {
		x := w.tx(op)
		x.Session, x.Seq = s, fs.Seq(seq)
		return x
	}
	first := tx(1, &fs.Create{Parent: 1, Name: "f", Ino: w.newIno(), Mode: fs.ModeRegular})
	want, err := w.apply(first)
	if err != nil || len(w.eff.Changes) == 0 {
		t.Fatal(err, w.eff)
	}
	w.do(&fs.SetAttr{Ino: want.Ops[0].Attr.Ino, Set: fs.SetMode, Mode: 0o777})
	before := dump(w.v)
	got, err := w.apply(first)
	if err != nil || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
		t.Fatalf("the retry answers %+v, %v; want the first answer %+v", got, err, want)
	}
	if dump(w.v) != before || len(w.eff.Changes) > 0 {
		t.Fatal("the retry had effects")
	}

	// A Tx that failed may be tried again, and then counts.
	again := tx(2, &fs.Unlink{Parent: 1, Name: "g"})
	w.txFails(fs.KindNotFound, again)
	w.file(1, "g")
	if _, err := w.apply(again); err != nil {
		t.Fatal(err)
	}
	w.file(1, "g")
	if _, err := w.apply(again); err != nil {
		t.Fatal(err)
	}
	if _, err := Lookup(w.v, 1, "g"); err != nil {
		t.Fatalf("the retried unlink was done twice: %v", err)
	}

	// The window slides: what is behind it is refused, never done again.
	for seq := 3; seq <= Window+1; seq++ {
		if _, err := w.apply(tx(seq, &fs.Alloc{Inos: 1})); err != nil {
			t.Fatal(err)
		}
	}
	w.txFails(fs.KindStale, first)
	if _, err := w.apply(again); err != nil {
		t.Fatalf("the oldest in the window: %v", err)
	}

	w.do(&fs.CloseSession{ID: s})
	w.txFails(fs.KindStale, tx(Window+2, &fs.Alloc{}))
	w.do(&fs.CloseSession{ID: s})
	if list, err := Sessions(w.v); err != nil || len(list) != 0 {
		t.Fatalf("sessions %+v, %v", list, err)
	}
	keys := 0
	if err := w.v.Scan([]byte{tagDone}, tagEnd(tagDone), false, func(_, _ []byte) bool { keys++; return true }); err != nil || keys > 0 {
		t.Fatalf("%d slots of a closed session are left", keys)
	}
}

func TestSessions(t *testing.T) {
	w := newWorld(t)
	a, b := w.do(&fs.OpenSession{Name: "a"}).Ops[0].ID, w.do(&fs.OpenSession{Name: "b"}).Ops[0].ID
	if a == 0 || b <= a {
		t.Fatalf("sessions %d and %d", a, b)
	}
	if s, err := GetSession(w.v, fs.SessionID(b)); err != nil || s.Name != "b" || s.Seen != w.now {
		t.Fatalf("session %+v, %v", s, err)
	}
	// A session that ends itself leaves no slot behind.
	tx := w.tx(&fs.CloseSession{ID: fs.SessionID(a)})
	tx.Session, tx.Seq = fs.SessionID(a), 1
	if _, err := w.apply(tx); err != nil || !w.eff.Sessions {
		t.Fatal(err, w.eff)
	}
	if strings.Contains(dump(w.v), string(keyDone(nil, fs.SessionID(a), 1))) {
		t.Fatal("a closed session has a slot")
	}
}

func TestPreconditions(t *testing.T) {
	w := newWorld(t)
	f := w.file(1, "f")
	a := w.attr(f)
	for _, c := range []struct {
		what  string
		pre   fs.Pre
		holds bool
	}{
		{"version", fs.Pre{Kind: fs.PreVersion, Ino: f, Version: a.Version}, true},
		{"another version", fs.Pre{Kind: fs.PreVersion, Ino: f, Version: a.Version + 1}, false},
		{"data version", fs.Pre{Kind: fs.PreData, Ino: f, Version: a.DataVersion}, true},
		{"another data version", fs.Pre{Kind: fs.PreData, Ino: f, Version: a.DataVersion - 1}, false},
		{"no inode", fs.Pre{Kind: fs.PreVersion, Ino: 999, Version: 1}, false},
		{"entry", fs.Pre{Kind: fs.PreEntry, Ino: 1, Name: "f", Child: f}, true},
		{"another entry", fs.Pre{Kind: fs.PreEntry, Ino: 1, Name: "f", Child: f + 1}, false},
		{"an entry that should not be", fs.Pre{Kind: fs.PreEntry, Ino: 1, Name: "f"}, false},
		{"no entry", fs.Pre{Kind: fs.PreEntry, Ino: 1, Name: "g"}, true},
		{"an entry that is not", fs.Pre{Kind: fs.PreEntry, Ino: 1, Name: "g", Child: f}, false},
	} {
		tx := w.tx(&fs.Alloc{Inos: 1})
		tx.Pre = []fs.Pre{{Kind: fs.PreVersion, Ino: f, Version: a.Version}, c.pre}
		if c.holds {
			if _, err := w.apply(tx); err != nil {
				t.Errorf("%s: %v", c.what, err)
			}
		} else {
			w.txFails(fs.KindConflict, tx)
		}
	}
}

// TestAllOrNothing fails a Tx at its last operation.
func TestAllOrNothing(t *testing.T) {
	w := newWorld(t)
	w.trigger("t", everything, "/**")
	f := w.file(1, "f")
	w.fails(fs.KindNotFound,
		&fs.Create{Parent: 1, Name: "a", Ino: w.newIno(), Mode: fs.ModeDir}, &fs.Unlink{Parent: 1, Name: "f"},
		&fs.Commit{Ino: f, Extents: []fs.Extent{{Len: 1, Inline: []byte{1}}}, Close: true}, &fs.OpenSession{}, &fs.DropTrigger{Name: "t"}, &fs.Alloc{Inos: 9},
		&fs.Unlink{Parent: 1, Name: "missing"})
	w.check()
}

func TestStructuralErrors(t *testing.T) {
	w := newWorld(t)
	d, f := w.mkdir(1, "d"), w.file(1, "f")
	gone := w.mkdir(1, "gone")
	w.do(&fs.Unlink{Parent: 1, Name: "gone", Dir: true})
	reg := func(dir fs.Ino, name string, ino fs.Ino) *fs.Create {
		return &fs.Create{Parent: dir, Name: name, Ino: ino, Mode: fs.ModeRegular}
	}
	long := strings.Repeat("x", 256)
	stripe := func(id fs.StripeID) []fs.Stripe { return []fs.Stripe{{ID: id, PG: 1, Len: 10}} }
	in := func(off, n int64, id fs.StripeID, so uint32) []fs.Extent {
		return []fs.Extent{{Off: off, Len: n, PG: 1, Stripe: id, StripeLen: 10, StripeOff: so}}
	}
	w.do(&fs.Commit{Ino: f, Extents: in(0, 10, 5, 0), Stripes: stripe(5)}, &fs.Commit{Ino: f, Extents: in(0, 10, 6, 0), Stripes: stripe(6)}) // 5 is dead
	for _, c := range []struct {
		kind fs.Kind
		op   fs.Op
	}{
		{fs.KindExists, reg(1, "f", w.newIno())},
		{fs.KindNotDir, reg(f, "x", w.newIno())},
		{fs.KindNotFound, reg(gone, "x", w.newIno())},
		{fs.KindNotFound, reg(9999, "x", w.newIno())},
		{fs.KindInvalid, reg(1, "x", f)},
		{fs.KindInvalid, reg(1, "x", 1)},
		{fs.KindInvalid, reg(1, "x", 1<<40)},
		{fs.KindInvalid, reg(1, ".", w.newIno())},
		{fs.KindInvalid, reg(1, "..", w.newIno())},
		{fs.KindInvalid, reg(1, "a/b", w.newIno())},
		{fs.KindInvalid, reg(1, "a\x00", w.newIno())},
		{fs.KindNameTooLong, reg(1, long, w.newIno())},
		{fs.KindInvalid, &fs.Create{Parent: 1, Name: "x", Ino: w.newIno(), Mode: 0o644}},
		{fs.KindInvalid, &fs.Create{Parent: 1, Ino: w.newIno(), Mode: fs.ModeDir}},
		{fs.KindNotFound, &fs.Create{Parent: 1, Name: "x", Ino: w.newIno(), Mode: fs.ModeSymlink}},
		{fs.KindNameTooLong, &fs.Create{Parent: 1, Name: "x", Ino: w.newIno(), Mode: fs.ModeSymlink, Target: strings.Repeat("x", 4096)}},
		{fs.KindPermission, &fs.Link{Ino: d, Parent: 1, Name: "x"}},
		{fs.KindExists, &fs.Link{Ino: f, Parent: 1, Name: "d"}},
		{fs.KindInvalid, &fs.Link{Ino: f, Parent: 1}},
		{fs.KindIsDir, &fs.Unlink{Parent: 1, Name: "d"}},
		{fs.KindNotDir, &fs.Unlink{Parent: 1, Name: "f", Dir: true}},
		{fs.KindInvalid, &fs.Rename{Parent: 1, Name: "f", NewParent: 1, NewName: "d", NoReplace: true, Exchange: true}},
		{fs.KindInvalid, &fs.Rename{Parent: 1, Name: "d", NewParent: d, NewName: "x"}},
		{fs.KindIsDir, &fs.SetAttr{Ino: d, Set: fs.SetSize}},
		{fs.KindInvalid, &fs.SetAttr{Ino: f, Set: fs.SetSize, Size: -1}},
		{fs.KindNotFound, &fs.SetAttr{Ino: 9999}},
		{fs.KindUnsupported, &fs.SetXattr{Ino: f, Name: "odd.name"}},
		{fs.KindInvalid, &fs.SetXattr{Ino: f, Name: "user."}},
		{fs.KindRange, &fs.SetXattr{Ino: f, Name: "user." + long}},
		{fs.KindRange, &fs.SetXattr{Ino: f, Name: "user.a", Value: make([]byte, fs.MaxXattr+1)}},
		{fs.KindNoAttr, &fs.SetXattr{Ino: f, Name: "user.a", Flags: fs.XattrReplace}},
		{fs.KindNoAttr, &fs.SetXattr{Ino: f, Name: "user.a", Flags: fs.XattrRemove}},
		{fs.KindInvalid, &fs.Commit{Ino: d}},
		{fs.KindInvalid, &fs.Commit{Ino: f, Extents: in(0, 10, 7, 0)}},
		{fs.KindInvalid, &fs.Commit{Ino: f, Extents: in(0, 10, 5, 0)}},
		{fs.KindInvalid, &fs.Commit{Ino: f, Extents: in(0, 10, 6, 1)}},
		{fs.KindInvalid, &fs.Commit{Ino: f, Stripes: stripe(6)}},
		{fs.KindInvalid, &fs.Commit{Ino: f, Stripes: stripe(0)}},
		{fs.KindInvalid, &fs.Commit{Ino: f, Stripes: stripe(1 << 60)}},
		{fs.KindInvalid, &fs.Commit{Ino: f, Extents: append(in(5, 5, 6, 0), in(9, 1, 6, 0)...)}},
		{fs.KindInvalid, &fs.Commit{Ino: f, Extents: []fs.Extent{{Len: 2, Inline: []byte{1}}}}},
		{fs.KindInvalid, &fs.Commit{Ino: f, Extents: []fs.Extent{{Off: fs.MaxSize, Len: 1, Inline: []byte{1}}}}},
		{fs.KindInvalid, &fs.Punch{Ino: f, Off: -1, Len: 3}},
		{fs.KindInvalid, &fs.Punch{Ino: f, Off: 1}},
		{fs.KindInvalid, &fs.Clone{Src: f, Dst: f, DstOff: 5, Len: 10}},
		{fs.KindInvalid, &fs.Clone{Src: f, Dst: f, SrcOff: 5, DstOff: 100, Len: 6}},
		{fs.KindInvalid, &fs.Relocate{Ino: f, IfData: w.attr(f).DataVersion, Extents: in(9, 2, 6, 0)}},
		{fs.KindInvalid, &fs.Reap{Ino: f}},
		{fs.KindConflict, &fs.Forget{Stripes: []fs.StripeID{5, 6}}},
		{fs.KindConflict, &fs.Missing{Stripe: 6, From: 1, Set: 2}},
	} {
		w.fails(c.kind, c.op)
	}
	w.check()
}

func TestXattrs(t *testing.T) {
	w := newWorld(t)
	f := w.file(1, "f")
	set := func(name, value string, flags fs.XattrFlags) fs.Attr {
		return w.do(&fs.SetXattr{Ino: f, Name: name, Value: []byte(value), Flags: flags}).Ops[0].Attr
	}
	v := w.attr(f).Version
	if a := set("user.b", "1", fs.XattrCreate); !a.HasXattr || a.Version != v+1 || a.Ctime != w.now {
		t.Errorf("after a set: %+v", a)
	}
	set("user.a", "2", 0)
	set("user.a", "", fs.XattrReplace)
	w.fails(fs.KindExists, &fs.SetXattr{Ino: f, Name: "user.a", Flags: fs.XattrCreate})
	if got, err := GetXattr(w.v, f, "user.a"); err != nil || got == nil || len(got) != 0 {
		t.Errorf("an empty value reads %v, %v", got, err)
	}
	if names, err := ListXattr(w.v, f); err != nil || fmt.Sprint(names) != "[user.a user.b]" {
		t.Errorf("names %q, %v", names, err)
	}
	w.check()
	set("user.a", "", fs.XattrRemove)
	if a := set("user.b", "", fs.XattrRemove); a.HasXattr {
		t.Error("an inode without attributes says it has some")
	}
	set("user.a", "", 0)
	w.do(&fs.Unlink{Parent: 1, Name: "f"}, &fs.Reap{Ino: f, Max: 1})
	if strings.Contains(dump(w.v), "user.a") {
		t.Error("an attribute outlived its inode")
	}
	w.check()
}

// TestReapIsBounded deletes a file of many extents step by step.
func TestReapIsBounded(t *testing.T) {
	w := newWorld(t)
	f := w.file(1, "f")
	const n = 100
	c := &fs.Commit{Ino: f}
	for i := range n {
		c.Extents = append(c.Extents, fs.Extent{Off: int64(i * 10), Len: 5, PG: 1, Stripe: fs.StripeID(i + 1), StripeLen: 5})
		c.Stripes = append(c.Stripes, fs.Stripe{ID: fs.StripeID(i + 1), PG: 1, Len: 5})
	}
	w.do(c)
	w.do(&fs.Unlink{Parent: 1, Name: "f"})
	if len(w.eff.Orphans) != 1 || w.eff.Orphans[0] != f {
		t.Fatalf("orphans %v", w.eff.Orphans)
	}
	for left := n; left > 0; left -= 30 {
		r := w.do(&fs.Reap{Ino: f, Max: 30})
		if want := max(left-30, 0); int(r.Ops[0].ID) != want || w.eff.Dead != min(left, 30) {
			t.Fatalf("%d extents left, want %d; %d stripes dead", r.Ops[0].ID, want, w.eff.Dead)
		}
		w.check()
	}
	if _, err := GetAttr(w.v, f); fs.KindOf(err) != fs.KindNotFound {
		t.Fatalf("a reaped inode: %v", err)
	}
	if c, _ := GetCounters(w.v); c.Dead != n || c.Stripes != n || c.Used != 0 || c.Inodes != 1 || c.Orphans != 0 {
		t.Fatalf("counters %+v", c)
	}
}

// TestSharedStripe follows one stripe's live bytes through a clone, a punch and the death of both files.
func TestSharedStripe(t *testing.T) {
	w := newWorld(t)
	f, g := w.file(1, "f"), w.file(1, "g")
	live := func() int64 {
		s, err := GetStripe(w.v, 1)
		if err != nil {
			t.Fatal(err)
		}
		return s.Live
	}
	w.do(&fs.Commit{Ino: f, Extents: []fs.Extent{{Len: 100, PG: 1, Stripe: 1, StripeLen: 100}}, Stripes: []fs.Stripe{{ID: 1, PG: 1, Len: 100, Live: 999, Missing: 2}}})
	if w.eff.Missing != 1 {
		t.Fatalf("effects %+v", w.eff)
	}
	w.do(&fs.Clone{Src: f, Dst: g, SrcOff: 20, Len: 50})
	if live() != 150 {
		t.Fatalf("live %d after a clone", live())
	}
	w.do(&fs.Punch{Ino: f, Off: 10, Len: 20})
	if live() != 130 {
		t.Fatalf("live %d after a punch", live())
	}
	if list, _ := Stripes(w.v, fs.MissingStripes, 0, 9); len(list) != 1 || list[0].Missing != 2 {
		t.Fatalf("missing %+v", list)
	}
	w.do(&fs.Missing{Stripe: 1, From: 2})
	w.do(&fs.Missing{Stripe: 77, From: 1, Set: 3})
	w.do(&fs.SetAttr{Ino: f, Set: fs.SetSize}, &fs.Unlink{Parent: 1, Name: "g"})
	w.fails(fs.KindConflict, &fs.Forget{Stripes: []fs.StripeID{1}})
	w.do(&fs.Reap{Ino: g, Max: 9})
	if live() != 0 || w.eff.Dead != 1 {
		t.Fatalf("live %d, effects %+v", live(), w.eff)
	}
	w.check()
	w.do(&fs.Forget{Stripes: []fs.StripeID{1, 77}})
	w.check()
}

func TestMap(t *testing.T) {
	w := newWorld(t)
	put := func(s fs.ServerInfo) fs.ServerID { return fs.ServerID(w.do(&fs.PutServer{Info: s}).Ops[0].ID) }
	a := put(fs.ServerInfo{UUID: "a", Addr: "1"})
	b := put(fs.ServerInfo{UUID: "b"})
	if a != 1 || b != 2 || !w.eff.Map {
		t.Fatal(a, b, w.eff)
	}
	put(fs.ServerInfo{ID: a, UUID: "a", Addr: "1", Draining: true})
	if again := put(fs.ServerInfo{UUID: "a", Addr: "2"}); again != a {
		t.Fatalf("a server came back as %d", again)
	}
	index, _ := GetCounters(w.v)
	put(fs.ServerInfo{UUID: "a", Addr: "2"})
	if c, _ := GetCounters(w.v); c.MapIndex != index.MapIndex || w.eff.Map {
		t.Fatal("the same record changed the map")
	}
	list, err := Servers(w.v)
	if err != nil || len(list) != 2 || list[0] != (fs.ServerInfo{ID: a, UUID: "a", Addr: "2", Draining: true}) {
		t.Fatalf("servers %+v, %v", list, err)
	}
	w.fails(fs.KindInvalid, &fs.PutServer{})
	w.fails(fs.KindInvalid, &fs.PutServer{Info: fs.ServerInfo{ID: b, UUID: "a"}})
	w.fails(fs.KindNotFound, &fs.PutServer{Info: fs.ServerInfo{ID: 9, UUID: "c"}})

	pg := fs.PG{Scheme: fs.Scheme{K: 1, M: 1}, Members: []fs.ServerID{a, b}, Writable: true}
	pg.ID = fs.PGID(w.do(&fs.PutPG{PG: pg}).Ops[0].ID)
	pg.Epoch = 1
	w.fails(fs.KindConflict, &fs.PutPG{PG: pg})
	pg.Epoch = 2
	w.do(&fs.PutPG{PG: pg})
	if got, err := PGs(w.v); err != nil || fmt.Sprint(got) != fmt.Sprint([]fs.PG{pg}) {
		t.Fatalf("groups %+v, %v", got, err)
	}
	for _, bad := range []fs.PG{
		{Scheme: fs.Scheme{K: 1, M: 1}, Members: []fs.ServerID{a}}, {Scheme: fs.Scheme{K: 1, M: 1}, Members: []fs.ServerID{a, a}},
		{Scheme: fs.Scheme{K: 1, M: 1}, Members: []fs.ServerID{a, 9}}, {}, {ID: pg.ID, Epoch: 3, Scheme: fs.Scheme{K: 2}, Members: pg.Members},
	} {
		w.fails(fs.KindInvalid, &fs.PutPG{PG: bad})
	}
	pg.ID = 9
	w.fails(fs.KindNotFound, &fs.PutPG{PG: pg})
}

func TestTimes(t *testing.T) {
	w := newWorld(t)
	f := w.file(1, "f")
	data := []fs.Extent{{Len: 1, Inline: []byte{1}}}
	a := w.do(&fs.Commit{Ino: f, Extents: data, Mtime: 77}).Ops[0].Attr
	if a.Mtime != 77 || a.Ctime != w.now {
		t.Errorf("a commit with a time: mtime %d ctime %d", a.Mtime, a.Ctime)
	}
	ctime := a.Ctime
	if a = w.do(&fs.Commit{Ino: f, Extents: data, KeepTimes: true}).Ops[0].Attr; a.Mtime != 77 || a.Ctime != ctime || a.DataVersion != a.Version {
		t.Errorf("a commit that keeps times: %+v", a)
	}
	v := a.Version
	if a = w.do(&fs.Commit{Ino: f, Close: true}).Ops[0].Attr; a.Version != v || a.Mtime != 77 {
		t.Errorf("a close without content: %+v", a)
	}
	if a = w.do(&fs.SetAttr{Ino: f, Set: fs.SetAtime | fs.SetMtimeNow, Atime: 5}).Ops[0].Attr; a.Atime != 5 || a.Mtime != w.now || a.Version != v+1 || a.DataVersion != v {
		t.Errorf("utimens: %+v", a)
	}
	w.file(1, "g")
	if d := w.attr(1); d.Mtime != w.now || d.Ctime != w.now {
		t.Errorf("a create left the directory's times at %d", d.Mtime)
	}
	w.do(&fs.Rename{Parent: 1, Name: "f", NewParent: 1, NewName: "h"})
	if a = w.attr(f); a.Ctime != w.now {
		t.Error("a rename left ctime")
	}
}

func TestChanges(t *testing.T) {
	w := newWorld(t)
	f := w.file(1, "f")
	want := fmt.Sprint([]fs.Change{{Ino: f}, {Ino: 1}, {Parent: 1, Name: "f"}})
	got := []fs.Change{}
	for _, c := range w.eff.Changes {
		if c.Ino == f {
			got = append([]fs.Change{c}, got...)
		} else {
			got = append(got, c)
		}
	}
	if fmt.Sprint(got) != want {
		t.Errorf("create changed %+v", got)
	}
	w.do(&fs.Commit{Ino: f, MinSize: 4})
	if fmt.Sprint(w.eff.Changes) != fmt.Sprint([]fs.Change{{Ino: f, Data: true}}) {
		t.Errorf("a write changed %+v", w.eff.Changes)
	}
	w.do(&fs.Commit{Ino: f, Close: true})
	if len(w.eff.Changes) != 0 {
		t.Errorf("a close changed %+v", w.eff.Changes)
	}
}

// broken fails its nth read.
type broken struct {
	kv.View
	n int
}

var errDisk = errors.New("the disk is gone")

func (b *broken) Get(key []byte) ([]byte, bool, error) {
	if b.n--; b.n < 0 {
		return nil, false, errDisk
	}
	return b.View.Get(key)
}

func (b *broken) Scan(lo, hi []byte, reverse bool, fn func(k, v []byte) bool) error {
	if b.n--; b.n < 0 {
		return errDisk
	}
	return b.View.Scan(lo, hi, reverse, fn)
}

// TestStorageErrors fails every read of a Tx in turn: the error says so, and nothing was changed.
func TestStorageErrors(t *testing.T) {
	w := newWorld(t)
	w.trigger("t", everything, "/**")
	f := w.file(1, "f")
	w.do(&fs.Commit{Ino: f, Extents: []fs.Extent{{Len: 10, PG: 1, Stripe: 1, StripeLen: 10}}, Stripes: []fs.Stripe{{ID: 1, PG: 1, Len: 10}}})
	w.do(&fs.Link{Ino: f, Parent: 1, Name: "g"}, &fs.SetXattr{Ino: f, Name: "user.a"})
	tx := w.tx(&fs.Create{Parent: 1, Name: "new", Ino: w.newIno(), Mode: fs.ModeRegular}, &fs.Punch{Ino: f, Off: 2, Len: 3},
		&fs.Unlink{Parent: 1, Name: "f"}, &fs.Rename{Parent: 1, Name: "new", NewParent: 1, NewName: "g"}, &fs.Reap{Ino: f, Max: 9})
	tx.Check, tx.Cred = true, fs.Cred{}
	before := dump(w.v)
	for n := 0; ; n++ {
		_, _, err := Apply(&broken{w.v, n}, tx)
		if err == nil {
			if n < 10 {
				t.Fatalf("the Tx took %d reads only", n)
			}
			break
		}
		if !errors.Is(err, kv.ErrIO) || !errors.Is(err, errDisk) || fs.KindOf(err) != fs.KindOther {
			t.Fatalf("read %d failed: %v", n, err)
		}
		if dump(w.v) != before {
			t.Fatalf("read %d failed, and something was changed", n)
		}
	}
	w.check()
}

func TestFormat(t *testing.T) {
	v := kv.NewMem()
	if _, _, err := Apply(v, &fs.Tx{Ops: []fs.Op{&fs.Alloc{}}}); err == nil {
		t.Fatal("a view that is not formatted was changed")
	}
	if err := Format(v, 5); err != nil {
		t.Fatal(err)
	}
	if err := Format(v, 6); fs.KindOf(err) != fs.KindExists {
		t.Fatalf("formatted twice: %v", err)
	}
	root, err := GetAttr(v, fs.RootIno)
	if err != nil || root.Mode != fs.ModeDir|0o755 || root.Nlink != 2 || root.Parent != fs.RootIno || root.Mtime != 5 {
		t.Fatalf("root %+v, %v", root, err)
	}
	if p, err := Path(v, fs.RootIno); err != nil || p != "/" {
		t.Fatalf("path of the root %q, %v", p, err)
	}
	if found, err := Check(v); err != nil || len(found) > 0 {
		t.Fatal(found, err)
	}
}
