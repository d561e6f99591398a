package state

import (
	"encoding/binary"
	"testing"

	"github.com/wakefs/wakefs/fs"
)

// aclBytes is the Linux form of an ACL: tag, permissions, id of each entry.
func aclBytes(entries ...[3]uint32) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 2)
	for _, e := range entries {
		b = binary.LittleEndian.AppendUint16(b, uint16(e[0]))
		b = binary.LittleEndian.AppendUint16(b, uint16(e[1]))
		b = binary.LittleEndian.AppendUint32(b, e[2])
	}
	return b
}

const none = 0xffffffff // the id of entries that name nobody

func TestAccess(t *testing.T) {
	w := newWorld(t)
	plain := w.file(1, "plain")
	w.do(&fs.SetAttr{Ino: plain, Set: fs.SetMode | fs.SetUID | fs.SetGID, Mode: 0o640, UID: 10, GID: 20})
	named := w.file(1, "named")
	w.do(&fs.SetAttr{Ino: named, Set: fs.SetUID | fs.SetGID, UID: 10, GID: 20})
	w.do(&fs.SetXattr{Ino: named, Name: aclAccess, Value: aclBytes(
		[3]uint32{aclUserObj, 6, none}, [3]uint32{aclUser, 7, 30}, [3]uint32{aclUser, 0, 31},
		[3]uint32{aclGroupObj, 4, none}, [3]uint32{aclGroup, 2, 40}, [3]uint32{aclMask, 6, none}, [3]uint32{aclOther, 1, none})})
	masked := w.file(1, "masked")
	w.do(&fs.SetAttr{Ino: masked, Set: fs.SetUID | fs.SetGID, UID: 10, GID: 20})
	w.do(&fs.SetXattr{Ino: masked, Name: aclAccess, Value: aclBytes(
		[3]uint32{aclUserObj, 6, none}, [3]uint32{aclUser, 7, 30}, [3]uint32{aclGroupObj, 7, none}, [3]uint32{aclMask, 0, none}, [3]uint32{aclOther, 4, none})})

	for _, c := range []struct {
		what string
		ino  fs.Ino
		cred fs.Cred
		may  uint32 // the bits that are granted one by one
	}{
		{"owner", plain, fs.Cred{UID: 10, GID: 99}, 6},
		{"owner does not fall to the group", plain, fs.Cred{UID: 10, GID: 20}, 6},
		{"group", plain, fs.Cred{UID: 11, GID: 20}, 4},
		{"supplementary group", plain, fs.Cred{UID: 11, GID: 99, Groups: []uint32{5, 20}}, 4},
		{"other", plain, fs.Cred{UID: 11, GID: 99}, 0},
		{"root without an x bit", plain, fs.Cred{}, 6},
		{"acl: owner", named, fs.Cred{UID: 10, GID: 40}, 6},
		{"acl: named user, limited by the mask", named, fs.Cred{UID: 30, GID: 99}, 6},
		{"acl: named user with nothing, though in a group", named, fs.Cred{UID: 31, GID: 20}, 0},
		{"acl: owning group", named, fs.Cred{UID: 50, GID: 20}, 4},
		{"acl: named group", named, fs.Cred{UID: 50, GID: 40}, 2},
		{"acl: either of two groups", named, fs.Cred{UID: 50, GID: 40, Groups: []uint32{20}}, 6},
		{"acl: other", named, fs.Cred{UID: 50, GID: 99}, 1},
		{"acl: root with an x bit", named, fs.Cred{}, 7},
		{"acl: an empty mask hides the ACL, as on Linux", masked, fs.Cred{UID: 30, GID: 99}, 4},
	} {
		a := w.attr(c.ino)
		for _, bit := range []uint32{MayRead, MayWrite, MayExec} {
			err := Access(w.v, &a, &c.cred, bit)
			if (err == nil) != (c.may&bit != 0) || err != nil && fs.KindOf(err) != fs.KindAccess {
				t.Errorf("%s: access %d: %v", c.what, bit, err)
			}
		}
		// Permissions of several groups do not add up.
		together := c.what != "acl: either of two groups"
		if err := Access(w.v, &a, &c.cred, c.may); (err == nil) != together {
			t.Errorf("%s: all at once: %v", c.what, err)
		}
	}
	dir := w.attr(fs.RootIno)
	dir.Mode = fs.ModeDir
	if err := Access(w.v, &dir, &fs.Cred{}, 7); err != nil {
		t.Errorf("root in a directory of mode 0: %v", err)
	}
}

// as makes a Tx that is checked for an identity.
func (w *world) as(uid, gid uint32, ops ...fs.Op) *fs.Tx {
	tx := w.tx(ops...)
	tx.Check, tx.Cred = true, fs.Cred{UID: uid, GID: gid}
	return tx
}

func (w *world) allowed(uid, gid uint32, ops ...fs.Op) fs.Result {
	w.t.Helper()
	res, err := w.apply(w.as(uid, gid, ops...))
	if err != nil {
		w.t.Fatalf("as %d: %T: %v", uid, ops[len(ops)-1], err)
	}
	return res
}

func (w *world) refused(kind fs.Kind, uid, gid uint32, ops ...fs.Op) {
	w.t.Helper()
	w.txFails(kind, w.as(uid, gid, ops...))
}

func TestCheckNames(t *testing.T) {
	w := newWorld(t)
	home := w.mkdir(1, "home")
	w.do(&fs.SetAttr{Ino: home, Set: fs.SetUID | fs.SetGID, UID: 10, GID: 10})
	f := w.allowed(10, 10, &fs.Create{Parent: home, Name: "f", Ino: w.newIno(), Mode: fs.ModeRegular | 0o600}).Ops[0].Attr.Ino
	sub := w.allowed(10, 10, &fs.Create{Parent: home, Name: "sub", Ino: w.newIno(), Mode: fs.ModeDir | 0o755}).Ops[0].Attr.Ino

	w.refused(fs.KindAccess, 11, 11, &fs.Create{Parent: home, Name: "g", Ino: w.newIno(), Mode: fs.ModeRegular})
	w.refused(fs.KindAccess, 11, 11, &fs.Create{Parent: home, Ino: w.newIno(), Mode: fs.ModeRegular})
	w.refused(fs.KindAccess, 11, 11, &fs.Unlink{Parent: home, Name: "f"})
	w.refused(fs.KindAccess, 11, 11, &fs.Rename{Parent: home, Name: "f", NewParent: home, NewName: "g"})
	w.refused(fs.KindAccess, 10, 10, &fs.Rename{Parent: home, Name: "f", NewParent: 1, NewName: "f"})
	w.refused(fs.KindPermission, 10, 10, &fs.Create{Parent: home, Name: "dev", Ino: w.newIno(), Mode: fs.ModeChar | 0o600})
	w.allowed(10, 10, &fs.Rename{Parent: home, Name: "f", NewParent: sub, NewName: "f"})

	// A directory that gets another parent is itself changed.
	other := w.mkdir(home, "roots")
	w.refused(fs.KindAccess, 10, 10, &fs.Rename{Parent: home, Name: "roots", NewParent: sub, NewName: "r"})
	w.allowed(10, 10, &fs.Rename{Parent: home, Name: "roots", NewParent: home, NewName: "r"})
	w.do(&fs.SetAttr{Ino: other, Set: fs.SetMode, Mode: 0o777})
	w.allowed(10, 10, &fs.Rename{Parent: home, Name: "r", NewParent: sub, NewName: "r"})

	// Hard links to what is somebody else's.
	w.do(&fs.SetAttr{Ino: home, Set: fs.SetMode, Mode: 0o777})
	w.refused(fs.KindPermission, 11, 11, &fs.Link{Ino: f, Parent: home, Name: "l"})
	w.do(&fs.SetAttr{Ino: f, Set: fs.SetMode, Mode: 0o666})
	w.allowed(11, 11, &fs.Link{Ino: f, Parent: home, Name: "l"})
	w.do(&fs.SetAttr{Ino: f, Set: fs.SetMode, Mode: 0o4666})
	w.refused(fs.KindPermission, 11, 11, &fs.Link{Ino: f, Parent: home, Name: "m"})
	w.check()
}

func TestSticky(t *testing.T) {
	w := newWorld(t)
	tmp := w.mkdir(1, "tmp")
	w.do(&fs.SetAttr{Ino: tmp, Set: fs.SetMode, Mode: 0o1777})
	mk := func(uid uint32, name string) {
		w.allowed(uid, uid, &fs.Create{Parent: tmp, Name: name, Ino: w.newIno(), Mode: fs.ModeRegular | 0o666})
	}
	mk(10, "a")
	mk(11, "b")
	w.refused(fs.KindPermission, 11, 11, &fs.Unlink{Parent: tmp, Name: "a"})
	w.refused(fs.KindPermission, 11, 11, &fs.Rename{Parent: tmp, Name: "a", NewParent: tmp, NewName: "c"})
	w.refused(fs.KindPermission, 11, 11, &fs.Rename{Parent: tmp, Name: "b", NewParent: tmp, NewName: "a"})
	w.allowed(11, 11, &fs.Rename{Parent: tmp, Name: "b", NewParent: tmp, NewName: "c"})
	w.allowed(10, 10, &fs.Unlink{Parent: tmp, Name: "a"})
	w.allowed(0, 0, &fs.Unlink{Parent: tmp, Name: "c"})
	mk(10, "d")
	w.do(&fs.SetAttr{Ino: tmp, Set: fs.SetUID, UID: 12})
	w.allowed(12, 12, &fs.Unlink{Parent: tmp, Name: "d"})
}

func TestCheckSetAttr(t *testing.T) {
	w := newWorld(t)
	f := w.file(1, "f")
	reset := func(mode uint32) {
		w.do(&fs.SetAttr{Ino: f, Set: fs.SetUID | fs.SetGID, UID: 10, GID: 10})
		w.do(&fs.SetAttr{Ino: f, Set: fs.SetMode, Mode: mode})
	}
	mode := func() uint32 { return w.attr(f).Mode & 0o7777 }
	reset(0o644)
	w.refused(fs.KindPermission, 11, 11, &fs.SetAttr{Ino: f, Set: fs.SetMode, Mode: 0o777})
	w.refused(fs.KindPermission, 11, 11, &fs.SetAttr{Ino: f, Set: fs.SetMtime, Mtime: 5})
	w.refused(fs.KindAccess, 11, 11, &fs.SetAttr{Ino: f, Set: fs.SetMtimeNow})
	w.refused(fs.KindAccess, 11, 11, &fs.SetAttr{Ino: f, Set: fs.SetSize, Size: 5})
	w.refused(fs.KindPermission, 10, 10, &fs.SetAttr{Ino: f, Set: fs.SetUID, UID: 11})
	w.refused(fs.KindPermission, 10, 10, &fs.SetAttr{Ino: f, Set: fs.SetGID, GID: 12})
	w.allowed(10, 10, &fs.SetAttr{Ino: f, Set: fs.SetUID | fs.SetGID, UID: 10, GID: 10})
	tx := w.as(10, 10, &fs.SetAttr{Ino: f, Set: fs.SetGID, GID: 12})
	tx.Cred.Groups = []uint32{12}
	if _, err := w.apply(tx); err != nil || w.attr(f).GID != 12 {
		t.Fatalf("chgrp to an own group: %v, gid %d", err, w.attr(f).GID)
	}

	// setgid of a group that the owner is not in
	w.do(&fs.SetAttr{Ino: f, Set: fs.SetGID, GID: 77})
	w.allowed(10, 10, &fs.SetAttr{Ino: f, Set: fs.SetMode, Mode: 0o2755})
	if mode() != 0o755 {
		t.Fatalf("mode %o after chmod by a non-member", mode())
	}
	w.allowed(0, 0, &fs.SetAttr{Ino: f, Set: fs.SetMode, Mode: 0o2755})
	if mode() != 0o2755 {
		t.Fatalf("mode %o after chmod by root", mode())
	}

	for _, c := range []struct {
		what       string
		mode, want uint32
		op         fs.Op
	}{
		{"chown clears both", 0o6755, 0o755, &fs.SetAttr{Ino: f, Set: fs.SetUID, UID: 10}},
		{"chown keeps setgid that is a lock mark", 0o6745, 0o2745, &fs.SetAttr{Ino: f, Set: fs.SetUID, UID: 10}},
		{"killpriv", 0o6755, 0o755, &fs.SetAttr{Ino: f, Set: fs.SetSize | fs.SetKillPriv, Size: 3}},
		{"commit with killpriv", 0o6755, 0o755, &fs.Commit{Ino: f, MinSize: 9, KillPriv: true}},
		{"commit without", 0o6755, 0o6755, &fs.Commit{Ino: f, MinSize: 19}},
	} {
		reset(c.mode)
		w.do(c.op)
		if mode() != c.want {
			t.Errorf("%s: mode %o, want %o", c.what, mode(), c.want)
		}
	}
	reset(0o6777)
	w.allowed(11, 11, &fs.Commit{Ino: f, Extents: []fs.Extent{{Len: 1, Inline: []byte("x")}}})
	if mode() != 0o777 {
		t.Errorf("mode %o after a checked write", mode())
	}
	d := w.mkdir(1, "d")
	w.do(&fs.SetAttr{Ino: d, Set: fs.SetMode, Mode: 0o6755})
	w.do(&fs.SetAttr{Ino: d, Set: fs.SetUID, UID: 3})
	if m := w.attr(d).Mode & 0o7777; m != 0o6755 {
		t.Errorf("chown of a directory made its mode %o", m)
	}
}

func TestCheckContent(t *testing.T) {
	w := newWorld(t)
	f, g := w.file(1, "f"), w.file(1, "g")
	w.do(&fs.SetAttr{Ino: f, Set: fs.SetMode, Mode: 0o600})
	w.do(&fs.SetAttr{Ino: g, Set: fs.SetMode, Mode: 0o666})
	x := []fs.Extent{{Len: 1, Inline: []byte("x")}}
	w.do(&fs.Commit{Ino: f, Extents: x})
	w.refused(fs.KindAccess, 10, 10, &fs.Commit{Ino: f, Extents: x})
	w.refused(fs.KindAccess, 10, 10, &fs.Punch{Ino: f, Len: 1})
	w.refused(fs.KindAccess, 10, 10, &fs.Clone{Src: f, Dst: g, Len: 1})
	w.refused(fs.KindAccess, 10, 10, &fs.Clone{Src: g, Dst: f})
	w.refused(fs.KindAccess, 10, 10, &fs.SetXattr{Ino: f, Name: "user.a"})
	w.refused(fs.KindPermission, 10, 10, &fs.SetXattr{Ino: g, Name: "trusted.a"})
	w.refused(fs.KindPermission, 10, 10, &fs.SetXattr{Ino: g, Name: aclAccess, Value: aclBytes()})
	w.allowed(10, 10, &fs.Commit{Ino: g, Extents: x})
	w.allowed(10, 10, &fs.SetXattr{Ino: g, Name: "user.a", Value: []byte("1")})

	// Who makes a read-only file holds it open for writing, in that Tx.
	w.do(&fs.SetAttr{Ino: 1, Set: fs.SetMode, Mode: 0o777})
	n := w.newIno()
	w.allowed(10, 10, &fs.Create{Parent: 1, Name: "ro", Ino: n, Mode: fs.ModeRegular | 0o400}, &fs.Commit{Ino: n, Extents: x})
	w.refused(fs.KindAccess, 10, 10, &fs.Commit{Ino: n, Extents: x})

	for _, op := range []fs.Op{&fs.Relocate{Ino: f}, &fs.Reap{Ino: f, Max: 1}, &fs.Forget{}, &fs.Missing{}, &fs.CloseSession{},
		&fs.PutServer{}, &fs.PutPG{}, &fs.PutTrigger{}, &fs.SetTrigger{}, &fs.DropTrigger{}, &fs.Requeue{}} {
		w.refused(fs.KindPermission, 10, 10, op)
	}
}

func TestInheritance(t *testing.T) {
	w := newWorld(t)
	d := w.mkdir(1, "d")
	w.do(&fs.SetAttr{Ino: d, Set: fs.SetMode | fs.SetGID, Mode: 0o2777, GID: 50})
	w.cred = fs.Cred{UID: 10, GID: 10}
	sub := w.create(d, "sub", fs.ModeDir|0o755)
	if sub.GID != 50 || sub.Mode != fs.ModeDir|0o2755 || sub.UID != 10 {
		t.Errorf("a directory in a setgid directory: %o gid %d uid %d", sub.Mode, sub.GID, sub.UID)
	}
	if f := w.create(d, "f", fs.ModeRegular|0o2755); f.GID != 50 || f.Mode&0o7777 != 0o2755 {
		t.Errorf("a file in a setgid directory: %o gid %d", f.Mode, f.GID)
	}
	f := w.allowed(10, 10, &fs.Create{Parent: d, Name: "g", Ino: w.newIno(), Mode: fs.ModeRegular | 0o2755}).Ops[0].Attr
	if f.Mode&0o7777 != 0o755 {
		t.Errorf("a setgid file of a foreign group: %o", f.Mode)
	}
	u := w.do(&fs.Create{Parent: d, Name: "u", Ino: w.newIno(), Mode: fs.ModeRegular | 0o4777, Umask: 0o027}).Ops[0].Attr
	if u.Mode&0o7777 != 0o4750 {
		t.Errorf("umask 027: %o", u.Mode)
	}
	s := w.do(&fs.Create{Parent: d, Name: "s", Ino: w.newIno(), Mode: fs.ModeSymlink, Target: "xyz", Umask: 0o77}).Ops[0].Attr
	if s.Mode != fs.ModeSymlink|0o777 || s.Size != 3 {
		t.Errorf("a symbolic link: %o, size %d", s.Mode, s.Size)
	}
}

func TestDefaultACL(t *testing.T) {
	w := newWorld(t)
	d := w.mkdir(1, "d")
	def := aclBytes([3]uint32{aclUserObj, 7, none}, [3]uint32{aclUser, 7, 30}, [3]uint32{aclGroupObj, 5, none}, [3]uint32{aclMask, 7, none}, [3]uint32{aclOther, 0, none})
	w.do(&fs.SetXattr{Ino: d, Name: aclDefault, Value: def})
	f := w.do(&fs.Create{Parent: d, Name: "f", Ino: w.newIno(), Mode: fs.ModeRegular | 0o664, Umask: 0o077}).Ops[0].Attr
	if f.Mode&0o777 != 0o660 || !f.HasXattr {
		t.Errorf("mode %o, attributes %v; the umask must not count", f.Mode&0o777, f.HasXattr)
	}
	want := aclBytes([3]uint32{aclUserObj, 6, none}, [3]uint32{aclUser, 7, 30}, [3]uint32{aclGroupObj, 5, none}, [3]uint32{aclMask, 6, none}, [3]uint32{aclOther, 0, none})
	if got, err := GetXattr(w.v, f.Ino, aclAccess); err != nil || string(got) != string(want) {
		t.Errorf("inherited %x, %v; want %x", got, err, want)
	}
	if _, err := GetXattr(w.v, f.Ino, aclDefault); fs.KindOf(err) != fs.KindNoAttr {
		t.Errorf("a file has a default ACL: %v", err)
	}
	sub := w.mkdir(d, "sub")
	if got, err := GetXattr(w.v, sub, aclDefault); err != nil || string(got) != string(def) {
		t.Errorf("a directory inherits %x, %v", got, err)
	}
	names, err := ListXattr(w.v, sub)
	if err != nil || len(names) != 2 || names[0] != aclAccess || names[1] != aclDefault {
		t.Errorf("attributes %q, %v", names, err)
	}
	w.check()

	// A default ACL that names nobody leaves mode bits only.
	w.do(&fs.SetXattr{Ino: sub, Name: aclDefault, Value: aclBytes([3]uint32{aclUserObj, 6, none}, [3]uint32{aclGroupObj, 4, none}, [3]uint32{aclOther, 0, none})})
	g := w.do(&fs.Create{Parent: sub, Name: "g", Ino: w.newIno(), Mode: fs.ModeRegular | 0o666}).Ops[0].Attr
	if g.Mode&0o777 != 0o640 || g.HasXattr {
		t.Errorf("mode %o, attributes %v", g.Mode&0o777, g.HasXattr)
	}
}

func TestACLAndMode(t *testing.T) {
	w := newWorld(t)
	f := w.file(1, "f")
	list := aclBytes([3]uint32{aclUserObj, 6, none}, [3]uint32{aclUser, 4, 30}, [3]uint32{aclGroupObj, 4, none}, [3]uint32{aclMask, 5, none}, [3]uint32{aclOther, 1, none})
	if a := w.do(&fs.SetXattr{Ino: f, Name: aclAccess, Value: list}).Ops[0].Attr; a.Mode&0o777 != 0o651 {
		t.Errorf("mode %o: the group bits are the mask", a.Mode&0o777)
	}
	w.do(&fs.SetAttr{Ino: f, Set: fs.SetMode, Mode: 0o723})
	want := aclBytes([3]uint32{aclUserObj, 7, none}, [3]uint32{aclUser, 4, 30}, [3]uint32{aclGroupObj, 4, none}, [3]uint32{aclMask, 2, none}, [3]uint32{aclOther, 3, none})
	if got, _ := GetXattr(w.v, f, aclAccess); string(got) != string(want) {
		t.Errorf("chmod made the ACL %x, want %x", got, want)
	}
	// One that says only what mode bits say is not kept.
	a := w.do(&fs.SetXattr{Ino: f, Name: aclAccess, Value: aclBytes([3]uint32{aclUserObj, 4, none}, [3]uint32{aclGroupObj, 4, none}, [3]uint32{aclOther, 4, none})}).Ops[0].Attr
	if a.Mode&0o777 != 0o444 || a.HasXattr {
		t.Errorf("mode %o, attributes %v", a.Mode&0o777, a.HasXattr)
	}
	w.do(&fs.SetXattr{Ino: f, Name: aclAccess, Value: list})
	if a := w.do(&fs.SetXattr{Ino: f, Name: aclAccess, Value: aclBytes()}).Ops[0].Attr; a.HasXattr || a.Mode&0o777 != 0o651 {
		t.Errorf("an empty ACL leaves mode %o, attributes %v", a.Mode&0o777, a.HasXattr)
	}
	w.check()

	base := [][3]uint32{{aclUserObj, 6, none}, {aclGroupObj, 4, none}, {aclOther, 1, none}}
	for what, value := range map[string][]byte{
		"short": {2, 0}, "another version": append([]byte{3, 0, 0, 0}, aclBytes(base...)[4:]...), "half an entry": aclBytes(base...)[:10],
		"no owner": aclBytes(base[1:]...), "out of order": aclBytes(base[1], base[0], base[2]), "twice": aclBytes(base[0], base[0], base[1], base[2]),
		"named without a mask": aclBytes(base[0], [3]uint32{aclUser, 4, 3}, base[1], base[2]), "permission 8": aclBytes([3]uint32{aclUserObj, 8, none}, base[1], base[2]),
		"unknown tag": aclBytes(base[0], base[1], base[2], [3]uint32{0x40, 1, none}),
	} {
		t.Run(what, func(t *testing.T) {
			w.t = t
			w.fails(fs.KindInvalid, &fs.SetXattr{Ino: f, Name: aclAccess, Value: value})
		})
	}
	w.t = t
	w.fails(fs.KindAccess, &fs.SetXattr{Ino: f, Name: aclDefault, Value: aclBytes(base...)})
	link := w.do(&fs.Create{Parent: 1, Name: "l", Ino: w.newIno(), Mode: fs.ModeSymlink, Target: "f"}).Ops[0].Attr.Ino
	w.fails(fs.KindUnsupported, &fs.SetXattr{Ino: link, Name: aclAccess, Value: aclBytes(base...)})
}
