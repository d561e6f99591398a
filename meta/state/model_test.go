package state

import (
	"bytes"
	"fmt"
	"sort"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/wakefs/wakefs/fs"
)

// The model is a file system of maps and byte arrays, written without a look at the real one's
// records: names are maps, links are counted by walking, contents are bytes.

type node struct {
	ino   fs.Ino
	kind  uint32
	names map[string]*node // of a directory
	data  []byte
	alloc []bool // whether extents cover the byte
}

type posix struct {
	root  *node
	nodes map[fs.Ino]*node // all that were made and not reaped
}

func newPosix() *posix {
	root := &node{ino: fs.RootIno, kind: fs.ModeDir, names: map[string]*node{}}
	return &posix{root: root, nodes: map[fs.Ino]*node{root.ino: root}}
}

// walk visits every name, in order.
func (p *posix) walk(fn func(path string, dir *node, name string, n *node)) {
	var visit func(path string, dir *node)
	visit = func(path string, dir *node) {
		names := make([]string, 0, len(dir.names))
		for name := range dir.names {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			n := dir.names[name]
			fn(path+"/"+name, dir, name, n)
			if n.kind == fs.ModeDir {
				visit(path+"/"+name, n)
			}
		}
	}
	visit("", p.root)
}

func (p *posix) linked(n *node) bool {
	found := n == p.root
	p.walk(func(_ string, _ *node, _ string, m *node) { found = found || m == n })
	return found
}

func (p *posix) contains(top, n *node) bool {
	found := top == n
	for _, c := range top.names {
		if c.kind == fs.ModeDir {
			found = found || p.contains(c, n)
		}
	}
	return found
}

// rename says what rename(2) does, or answers with its error.
func (p *posix) rename(dir *node, name string, newDir *node, newName string, noReplace, exchange bool) fs.Kind {
	n, old := dir.names[name], newDir.names[newName]
	switch {
	case n == nil || exchange && old == nil:
		return fs.KindNotFound
	case old != nil && noReplace:
		return fs.KindExists
	case n == old:
		return fs.KindLast
	case n.kind == fs.ModeDir && p.contains(n, newDir), exchange && old.kind == fs.ModeDir && p.contains(old, dir):
		return fs.KindInvalid
	case old != nil && !exchange && old.kind == fs.ModeDir && p.contains(old, dir):
		return fs.KindNotEmpty
	case exchange:
		dir.names[name], newDir.names[newName] = old, n
		return fs.KindLast
	case old != nil && n.kind == fs.ModeDir && old.kind != fs.ModeDir:
		return fs.KindNotDir
	case old != nil && n.kind != fs.ModeDir && old.kind == fs.ModeDir:
		return fs.KindIsDir
	case old != nil && len(old.names) > 0:
		return fs.KindNotEmpty
	}
	delete(dir.names, name)
	newDir.names[newName] = n
	return fs.KindLast
}

func (n *node) resize(size int) {
	if size <= len(n.data) {
		n.data, n.alloc = n.data[:size:size], n.alloc[:size:size]
		return
	}
	n.data = append(n.data, make([]byte, size-len(n.data))...)
	n.alloc = append(n.alloc, make([]bool, size-len(n.alloc))...)
}

func (n *node) write(off int, data []byte, alloc bool) {
	n.resize(max(len(n.data), off+len(data)))
	copy(n.data[off:], data)
	for i := range data {
		n.alloc[off+i] = alloc
	}
}

// run is the real thing beside the model.
type run struct {
	*world
	p       *posix
	content map[fs.StripeID][]byte // what the stripes hold
}

// pick chooses a node of a kind; 0 is any.
func (r *run) pick(t *rapid.T, label string, kind uint32) *node {
	var list []*node
	for ino := fs.Ino(0); ino < r.ino; ino++ {
		if n := r.p.nodes[ino]; n != nil && (kind == 0 || n.kind == kind) {
			list = append(list, n)
		}
	}
	if len(list) == 0 {
		t.Skip("there is no such inode")
	}
	return list[rapid.IntRange(0, len(list)-1).Draw(t, label)]
}

func (r *run) name(t *rapid.T, label string) string {
	return rapid.SampledFrom([]string{"a", "b", "c", "ab", "d\n\xff"}).Draw(t, label)
}

// same applies an operation and holds its outcome to the model's: KindLast is success.
func (r *run) same(t *rapid.T, want fs.Kind, op fs.Op) fs.OpResult {
	before := dump(r.v)
	res, err := r.apply(r.tx(op))
	got := fs.KindLast
	if err != nil {
		got = fs.KindOf(err)
	}
	if got != want {
		t.Fatalf("%T %+v: %v (%v), want %v", op, op, got, err, want)
	}
	if err != nil {
		if dump(r.v) != before {
			t.Fatalf("%T failed and changed something", op)
		}
		return fs.OpResult{}
	}
	return res.Ops[0]
}

// extents makes extents of data: some inline, some in one stripe out of order, some in stripes of their own.
func (r *run) extents(t *rapid.T, off int, data []byte) ([]fs.Extent, []fs.Stripe) {
	var list []fs.Extent
	var stripes []fs.Stripe
	shared := rapid.Bool().Draw(t, "shared")
	var packed []byte
	cuts := rapid.SliceOfNDistinct(rapid.IntRange(1, len(data)), 0, 3, rapid.ID[int]).Draw(t, "cuts")
	cuts = append(cuts, len(data))
	sort.Ints(cuts)
	at := 0
	for _, c := range cuts {
		if c == at {
			continue
		}
		part := data[at:c]
		e := fs.Extent{Off: int64(off + at), Len: int64(len(part))}
		switch {
		case rapid.Bool().Draw(t, "inline"):
			e.Inline = part
		case shared:
			e.PG, e.Stripe, e.StripeOff = 1, r.str, uint32(len(packed))
			packed = append(packed, part...)
		default:
			r.str++
			e.PG, e.Stripe, e.StripeLen = 1, r.str+100000, uint32(len(part))
			r.content[e.Stripe] = part
			stripes = append(stripes, fs.Stripe{ID: e.Stripe, PG: 1, Len: e.StripeLen, Missing: uint32(len(part) % 3)})
		}
		list = append(list, e)
		at = c
	}
	if len(packed) > 0 {
		id := fs.StripeID(0)
		for i := range list {
			if e := &list[i]; e.Inline == nil && e.Stripe < 100000 {
				if id == 0 {
					id = r.str + 200000
					r.str++
				}
				e.Stripe, e.StripeLen = id, uint32(len(packed))
			}
		}
		r.content[id] = packed
		stripes = append(stripes, fs.Stripe{ID: id, PG: 1, Len: uint32(len(packed))})
	}
	return list, stripes
}

func (r *run) create(t *rapid.T) {
	dir := r.pick(t, "dir", fs.ModeDir)
	kind := rapid.SampledFrom([]uint32{fs.ModeDir, fs.ModeRegular, fs.ModeRegular, fs.ModeSymlink, fs.ModeFIFO}).Draw(t, "kind")
	name := r.name(t, "name")
	want := fs.KindLast
	if !r.p.linked(dir) {
		want = fs.KindNotFound
	} else if dir.names[name] != nil {
		want = fs.KindExists
	}
	n := &node{ino: r.newIno(), kind: kind}
	if kind == fs.ModeDir {
		n.names = map[string]*node{}
	}
	r.same(t, want, &fs.Create{Parent: dir.ino, Name: name, Ino: n.ino, Mode: kind | 0o755, Target: "x"})
	if want == fs.KindLast {
		dir.names[name] = n
		r.p.nodes[n.ino] = n
	}
}

func (r *run) tmpfile(t *rapid.T) {
	n := &node{ino: r.newIno(), kind: fs.ModeRegular}
	r.same(t, fs.KindLast, &fs.Create{Parent: fs.RootIno, Ino: n.ino, Mode: fs.ModeRegular | 0o600})
	r.p.nodes[n.ino] = n
}

func (r *run) link(t *rapid.T) {
	n, dir, name := r.pick(t, "inode", 0), r.pick(t, "dir", fs.ModeDir), r.name(t, "name")
	want := fs.KindLast
	switch {
	case !r.p.linked(dir):
		want = fs.KindNotFound
	case dir.names[name] != nil:
		want = fs.KindExists
	case n.kind == fs.ModeDir:
		want = fs.KindPermission
	default:
		dir.names[name] = n
	}
	r.same(t, want, &fs.Link{Ino: n.ino, Parent: dir.ino, Name: name})
}

func (r *run) unlink(t *rapid.T) {
	dir, name, rmdir := r.pick(t, "dir", fs.ModeDir), r.name(t, "name"), rapid.Bool().Draw(t, "rmdir")
	n := dir.names[name]
	want := fs.KindLast
	switch {
	case n == nil:
		want = fs.KindNotFound
	case rmdir && n.kind != fs.ModeDir:
		want = fs.KindNotDir
	case !rmdir && n.kind == fs.ModeDir:
		want = fs.KindIsDir
	case len(n.names) > 0:
		want = fs.KindNotEmpty
	default:
		delete(dir.names, name)
	}
	r.same(t, want, &fs.Unlink{Parent: dir.ino, Name: name, Dir: rmdir})
}

func (r *run) rename(t *rapid.T) {
	dir, newDir := r.pick(t, "dir", fs.ModeDir), r.pick(t, "newDir", fs.ModeDir)
	op := &fs.Rename{Parent: dir.ino, Name: r.name(t, "name"), NewParent: newDir.ino, NewName: r.name(t, "newName")}
	switch rapid.IntRange(0, 3).Draw(t, "flags") {
	case 0:
		op.NoReplace = true
	case 1:
		op.Exchange = true
	}
	want := fs.KindNotFound
	if r.p.linked(dir) && r.p.linked(newDir) {
		want = r.p.rename(dir, op.Name, newDir, op.NewName, op.NoReplace, op.Exchange)
	}
	r.same(t, want, op)
}

func (r *run) commit(t *rapid.T) {
	n := r.pick(t, "file", fs.ModeRegular)
	off := rapid.IntRange(0, 60).Draw(t, "off")
	data := rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "data")
	op := &fs.Commit{Ino: n.ino, MinSize: int64(rapid.IntRange(0, 120).Draw(t, "minsize")), Close: rapid.Bool().Draw(t, "close")}
	op.Extents, op.Stripes = r.extents(t, off, data)
	res := r.same(t, fs.KindLast, op)
	n.write(off, data, true)
	n.resize(max(len(n.data), int(op.MinSize)))
	if res.Attr.DataVersion != res.Attr.Version || res.Attr.Mtime != r.now {
		t.Fatalf("a commit left version %d, data version %d, mtime %d", res.Attr.Version, res.Attr.DataVersion, res.Attr.Mtime)
	}
}

// relocate moves what a range holds to a stripe of its own.
func (r *run) relocate(t *rapid.T) {
	n := r.pick(t, "file", fs.ModeRegular)
	a, list, err := Extents(r.v, n.ino, 0, fs.MaxSize)
	if err != nil || len(list) == 0 {
		t.Skip("nothing to move")
	}
	e := list[rapid.IntRange(0, len(list)-1).Draw(t, "extent")]
	id := r.str + 300000
	r.str++
	r.content[id] = append([]byte(nil), n.data[e.Off:e.End()]...)
	moved := fs.Extent{Off: e.Off, Len: e.Len, PG: 2, Stripe: id, StripeLen: uint32(e.Len)}
	op := &fs.Relocate{Ino: n.ino, IfData: a.DataVersion, Extents: []fs.Extent{moved}, Stripes: []fs.Stripe{{ID: id, PG: 2, Len: uint32(e.Len)}}}
	if rapid.IntRange(0, 3).Draw(t, "stale") == 0 {
		op.IfData++
		r.same(t, fs.KindConflict, op)
		return
	}
	if res := r.same(t, fs.KindLast, op); res.Attr != a {
		t.Fatalf("relocate changed %+v to %+v", a, res.Attr)
	}
}

func (r *run) resize(t *rapid.T) {
	n, size := r.pick(t, "file", fs.ModeRegular), rapid.IntRange(0, 130).Draw(t, "size")
	r.same(t, fs.KindLast, &fs.SetAttr{Ino: n.ino, Set: fs.SetSize, Size: int64(size)})
	n.resize(size)
}

func (r *run) punch(t *rapid.T) {
	n := r.pick(t, "file", fs.ModeRegular)
	off, size := rapid.IntRange(0, 100).Draw(t, "off"), rapid.IntRange(1, 60).Draw(t, "len")
	r.same(t, fs.KindLast, &fs.Punch{Ino: n.ino, Off: int64(off), Len: int64(size)})
	if end := min(off+size, len(n.data)); off < end {
		n.write(off, make([]byte, end-off), false)
	}
}

func (r *run) clone(t *rapid.T) {
	src, dst := r.pick(t, "src", fs.ModeRegular), r.pick(t, "dst", fs.ModeRegular)
	so, do, l := rapid.IntRange(0, 60).Draw(t, "so"), rapid.IntRange(0, 90).Draw(t, "do"), rapid.IntRange(0, 60).Draw(t, "len")
	want := fs.KindLast
	if so+l > len(src.data) || src == dst && so < do+l && do < so+l {
		want = fs.KindInvalid
	}
	r.same(t, want, &fs.Clone{Src: src.ino, SrcOff: int64(so), Dst: dst.ino, DstOff: int64(do), Len: int64(l)})
	if want != fs.KindLast || l == 0 {
		return
	}
	data := append([]byte(nil), src.data[so:so+l]...)
	alloc := append([]bool(nil), src.alloc[so:so+l]...)
	dst.write(do, data, false)
	copy(dst.alloc[do:], alloc)
}

func (r *run) reap(t *rapid.T) {
	n := r.pick(t, "inode", 0)
	res := r.same(t, fs.KindLast, &fs.Reap{Ino: n.ino, Max: rapid.IntRange(1, 3).Draw(t, "max")})
	if r.p.linked(n) {
		return
	}
	if res.ID == 0 {
		delete(r.p.nodes, n.ino)
		return
	}
	// Some extents are left, nobody knows which: read them back into the model.
	_, list, err := Extents(r.v, n.ino, 0, fs.MaxSize)
	if err != nil || uint64(len(list)) != res.ID {
		t.Fatalf("%d extents are left, the reap says %d: %v", len(list), res.ID, err)
	}
	size := len(n.data)
	n.resize(0)
	n.resize(size)
	for i := range list {
		n.write(int(list[i].Off), r.bytes(&list[i]), true)
	}
}

func (r *run) forget(t *rapid.T) {
	dead, err := Stripes(r.v, fs.DeadStripes, 0, 3)
	if err != nil {
		t.Fatal(err)
	}
	op := &fs.Forget{}
	for _, s := range dead {
		op.Stripes = append(op.Stripes, s.ID)
		delete(r.content, s.ID)
	}
	r.same(t, fs.KindLast, op)
}

func (r *run) bytes(e *fs.Extent) []byte {
	if e.Inline != nil {
		return e.Inline
	}
	return r.content[e.Stripe][e.StripeOff:][:e.Len]
}

// compare holds everything that can be read to the model, and to the invariants.
func (r *run) compare(t *rapid.T) {
	found, err := Check(r.v)
	if err != nil || len(found) > 0 {
		t.Fatalf("invariants: %v %s", err, strings.Join(found, "\n"))
	}
	links, paths := map[*node]uint32{}, map[*node][]string{r.p.root: {"/"}}
	for _, n := range r.p.nodes {
		if n.kind == fs.ModeDir && r.p.linked(n) {
			links[n] = 1
			if n == r.p.root {
				links[n] = 2
			}
			for _, c := range n.names {
				if c.kind == fs.ModeDir {
					links[n]++
				}
			}
		}
	}
	r.p.walk(func(path string, dir *node, name string, n *node) {
		links[n]++
		paths[n] = append(paths[n], path)
		a, err := Lookup(r.v, dir.ino, name)
		if err != nil || a.Ino != n.ino || a.Mode&fs.ModeType != n.kind {
			t.Fatalf("lookup %q: %+v, %v; want inode %d", path, a, err, n.ino)
		}
	})
	for ino, n := range r.p.nodes {
		a, err := GetAttr(r.v, ino)
		if err != nil || a.Nlink != links[n] {
			t.Fatalf("inode %d has %d links, want %d: %v", ino, a.Nlink, links[n], err)
		}
		p, err := Path(r.v, ino)
		if len(paths[n]) == 0 && fs.KindOf(err) != fs.KindNotFound || len(paths[n]) > 0 && !contains(paths[n], p) {
			t.Fatalf("inode %d has path %q, %v; want one of %q", ino, p, err, paths[n])
		}
		switch n.kind {
		case fs.ModeDir:
			r.compareDir(t, n)
		case fs.ModeRegular:
			r.compareData(t, n)
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func (r *run) compareDir(t *rapid.T, n *node) {
	var got []string
	for after := ""; ; { // by twos, to cross page borders
		list, err := ReadDir(r.v, n.ino, after, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			got = append(got, fmt.Sprintf("%q=%d", e.Name, e.Attr.Ino))
			after = e.Name
		}
		if len(list) < 2 {
			break
		}
	}
	var names, want []string
	for name := range n.names {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		want = append(want, fmt.Sprintf("%q=%d", name, n.names[name].ino))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("directory %d lists %v, want %v", n.ino, got, want)
	}
}

func (r *run) compareData(t *rapid.T, n *node) {
	off, size := 7, 50 // a range in the middle, and the whole
	for range 2 {
		a, list, err := Extents(r.v, n.ino, int64(off), int64(size))
		if err != nil || a.Size != int64(len(n.data)) {
			t.Fatalf("inode %d has size %d, want %d: %v", n.ino, a.Size, len(n.data), err)
		}
		got, alloc := make([]byte, len(n.data)), make([]bool, len(n.data))
		for i := range list {
			copy(got[list[i].Off:], r.bytes(&list[i]))
			for j := list[i].Off; j < list[i].End(); j++ {
				alloc[j] = true
			}
		}
		lo, hi := min(off, len(got)), min(off+size, len(got))
		if !bytes.Equal(got[lo:hi], n.data[lo:hi]) || fmt.Sprint(alloc[lo:hi]) != fmt.Sprint(n.alloc[lo:hi]) {
			t.Fatalf("inode %d holds %x, want %x", n.ino, got[lo:hi], n.data[lo:hi])
		}
		off, size = 0, 1<<20
	}
}

func TestModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := &run{world: newWorld(t), p: newPosix(), content: map[fs.StripeID][]byte{}}
		rt.Repeat(map[string]func(*rapid.T){
			"create": r.create, "create2": r.create, "tmpfile": r.tmpfile, "link": r.link, "unlink": r.unlink, "rename": r.rename,
			"commit": r.commit, "commit2": r.commit, "resize": r.resize, "punch": r.punch, "clone": r.clone, "relocate": r.relocate,
			"reap": r.reap, "forget": r.forget, "": r.compare,
		})
	})
}

// TestModelNames is only about names, in few directories, so that renames meet each other more often.
func TestModelNames(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := &run{world: newWorld(t), p: newPosix()}
		for dir, i := r.p.root, 0; i < 4; i++ {
			n := &node{ino: r.newIno(), kind: fs.ModeDir, names: map[string]*node{}}
			r.do(&fs.Create{Parent: dir.ino, Name: "a", Ino: n.ino, Mode: fs.ModeDir})
			dir.names["a"], r.p.nodes[n.ino], dir = n, n, n
		}
		rt.Repeat(map[string]func(*rapid.T){
			"create": r.create, "link": r.link, "unlink": r.unlink,
			"rename": r.rename, "rename2": r.rename, "rename3": r.rename, "rename4": r.rename, "": r.compare,
		})
	})
}
