package state

import (
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

const golden = "testdata/view.golden"

// history is Txs that between them make a record of every kind.
func history() []*fs.Tx {
	var list []*fs.Tx
	seq := fs.Seq(0)
	add := func(ops ...fs.Op) {
		tx := &fs.Tx{Time: int64(1_700_000_000_000_000_000 + len(list)), Cred: fs.Cred{UID: 1000, GID: 100}, Ops: ops}
		if len(list) > 0 {
			seq++
			tx.Session, tx.Seq = 1, seq
		}
		list = append(list, tx)
	}
	add(&fs.OpenSession{Name: "mount /mnt"}, &fs.Alloc{Inos: 100, Stripes: 100})
	add(&fs.PutServer{Info: fs.ServerInfo{UUID: "u1", Addr: "a:1", Domain: "z/r/h/d"}}, &fs.PutServer{Info: fs.ServerInfo{UUID: "u2"}},
		&fs.PutPG{PG: fs.PG{Scheme: fs.Scheme{K: 1, M: 1}, Members: []fs.ServerID{1, 2}, Writable: true, Weight: 3}})
	add(&fs.PutTrigger{Trigger: fs.Trigger{Name: "csv", Source: 9, Version: "abc", Owner: fs.Cred{UID: 1000}, On: []fs.Match{{Events: fs.EventArrive | fs.EventRemove, Globs: []string{"/in/**"}, Not: []string{"/in/x"}}},
		Budget: fs.Budget{CPU: 1, Memory: 2}, Concurrency: 3, MaxAttempts: 4}, Source: []byte("package main\n")})
	add(&fs.Create{Parent: 1, Name: "in", Ino: 2, Mode: fs.ModeDir | 0o755})
	add(&fs.Create{Parent: 2, Name: "f", Ino: 3, Mode: fs.ModeRegular | 0o644, Umask: 0o22},
		&fs.Commit{Ino: 3, Extents: []fs.Extent{{Len: 4, Inline: []byte("data")}, {Off: 100, Len: 8, PG: 1, Stripe: 1, StripeLen: 12, StripeOff: 4}},
			Stripes: []fs.Stripe{{ID: 1, PG: 1, Len: 12, Missing: 2}}, Close: true})
	add(&fs.Link{Ino: 3, Parent: 1, Name: "g"}, &fs.SetXattr{Ino: 3, Name: "user.k", Value: []byte("v")})
	add(&fs.Create{Parent: 1, Name: "s", Ino: 4, Mode: fs.ModeSymlink, Target: "in/f"}, &fs.Create{Parent: 1, Name: "dev", Ino: 5, Mode: fs.ModeChar | 0o600, Rdev: 259})
	add(&fs.Create{Parent: 1, Ino: 6, Mode: fs.ModeRegular | 0o600},
		&fs.Commit{Ino: 6, Extents: []fs.Extent{{Len: 5, PG: 1, Stripe: 2, StripeLen: 5}}, Stripes: []fs.Stripe{{ID: 2, PG: 1, Len: 5}}}, &fs.Punch{Ino: 6, Len: 5})
	add(&fs.Rename{Parent: 2, Name: "f", NewParent: 2, NewName: "h"}, &fs.Fail{ID: 1, Dead: true, Report: fs.Report{Error: "boom"}})
	add(&fs.PutTrigger{Trigger: fs.Trigger{Name: "calm", Version: "abd", On: []fs.Match{{Events: fs.EventAttrib, Globs: []string{"/in/**"}}},
		Settle: 2e9, Every: "@hourly", Batch: 9, BatchWait: 5e9, Idle: true, Order: fs.OrderDirectory, Limits: []fs.Limit{{Kind: fs.LimitCPU, Amount: 3, Per: 4e9}}}, Source: []byte("package main\n")})
	add(&fs.SetAttr{Ino: 3, Set: fs.SetMode, Mode: 0o600}, &fs.Enqueue{Trigger: "calm", Due: 7, Event: fs.Event{Type: fs.EventEvery, Time: 7}})
	return list
}

// TestGolden holds the stored form to a file: who changes it changes what is on people's disks.
func TestGolden(t *testing.T) {
	w := newWorld(t)
	w.v = kv.NewMem()
	if err := Format(w.v, 1); err != nil {
		t.Fatal(err)
	}
	for _, tx := range history() {
		if _, err := w.apply(tx); err != nil {
			t.Fatal(err)
		}
	}
	w.check()
	var b strings.Builder
	tags := map[byte]bool{}
	err := w.v.Scan(nil, nil, false, func(k, v []byte) bool {
		tags[k[0]] = true
		fmt.Fprintf(&b, "%c %s = %s\n", k[0], hex.EncodeToString(k[1:]), hex.EncodeToString(v))
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range "cidbxesDMoSwvgturRqQz" {
		if !tags[byte(tag)] {
			t.Errorf("the history makes no record of %c", tag)
		}
	}
	if *rewrite {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(b.String(), "\n")
	for i, line := range strings.Split(string(want), "\n") {
		if i >= len(got) || got[i] != line {
			t.Fatalf("line %d is\n%s, want\n%s\n(go test -rewrite, if the format may change)", i+1, got[min(i, len(got)-1)], line)
		}
	}
}

// TestDeterminism applies the same encoded Txs with a machine kept and with a new one for each, in memory and
// over an overlay: the views are byte-identical, and so are results and effects.
func TestDeterminism(t *testing.T) {
	a, base := kv.NewMem(), kv.NewMem()
	b := kv.NewOverlay(base)
	if err := Format(a, 1); err != nil {
		t.Fatal(err)
	}
	if err := Format(b, 1); err != nil {
		t.Fatal(err)
	}
	m := NewMachine()
	for i, tx := range history() {
		var copied fs.Tx
		d := fs.Decoder{B: tx.Append(nil)}
		copied.Decode(&d)
		if d.Err != nil {
			t.Fatal(d.Err)
		}
		r1, e1, err1 := m.Apply(a, tx)
		r2, e2, err2 := Apply(b, &copied)
		if err1 != nil || err2 != nil || fmt.Sprintf("%+v%+v", r1, e1) != fmt.Sprintf("%+v%+v", r2, e2) {
			t.Fatalf("Tx %d: %+v %+v %v and %+v %+v %v", i, r1, e1, err1, r2, e2, err2)
		}
		if i%2 == 0 {
			b.Flush(base)
			b.Reset()
		}
		if dump(a) != dump(b) {
			t.Fatalf("Tx %d makes different views", i)
		}
	}
}

// TestCheckFinds damages each record of a view in turn: Check finds it, or it was one that no invariant is about.
func TestCheckFinds(t *testing.T) {
	v := kv.NewMem()
	if err := Format(v, 1); err != nil {
		t.Fatal(err)
	}
	m := NewMachine()
	for _, tx := range history() {
		if _, _, err := m.Apply(v, tx); err != nil {
			t.Fatal(err)
		}
	}
	const silent = "SwvgrRu" // nothing else says what they should be
	var keys []string
	if err := v.Scan(nil, nil, false, func(k, _ []byte) bool { keys = append(keys, string(k)); return true }); err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		o := kv.NewOverlay(v)
		o.Delete([]byte(k))
		found, err := Check(o)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) == 0 && !strings.Contains(silent+"tqz", k[:1]) {
			t.Errorf("the loss of %q goes unnoticed", k)
		}
		if val, _, _ := v.Get([]byte(k)); len(val) > 2 && !strings.Contains(silent+"xR", k[:1]) {
			o.Reset()
			o.Set([]byte(k), val[:len(val)-1])
			if found, err := Check(o); err == nil && len(found) == 0 {
				t.Errorf("a cut off %q goes unnoticed", k)
			}
		}
	}
}

// FuzzRecords feeds anything to every decoder and read: they may refuse, but not panic; what they take is
// stable: encoded and decoded again it is the same.
func FuzzRecords(f *testing.F) {
	v := kv.NewMem()
	if err := Format(v, 1); err != nil {
		f.Fatal(err)
	}
	m := NewMachine()
	for _, tx := range history() {
		if _, _, err := m.Apply(v, tx); err != nil {
			f.Fatal(err)
		}
	}
	if err := v.Scan(nil, nil, false, func(_, val []byte) bool { f.Add(val); return true }); err != nil {
		f.Fatal(err)
	}
	type codec interface {
		append([]byte) []byte
		decode(*fs.Decoder)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, mk := range []func() codec{
			func() codec { return new(inode) }, func() codec { return new(entry) }, func() codec { return new(Counters) },
			func() codec { return new(session) }, func() codec { return new(done) },
		} {
			x, y := mk(), mk()
			if parse(nil, b, x.decode) != nil {
				continue
			}
			once := x.append(nil)
			if err := parse(nil, once, y.decode); err != nil || string(y.append(nil)) != string(once) {
				t.Fatalf("%T: %x becomes %x, then %x: %v", x, b, once, y.append(nil), err)
			}
		}
		if list, err := parseACL(b); err == nil && list != nil {
			if _, err := parseACL(list.bytes()); err != nil {
				t.Fatalf("an ACL does not read back: %v", err)
			}
			list.chmod(0o640)
			list.mode()
			list.inherit(0o640)
			list.permits(&fs.Attr{}, &fs.Cred{UID: 3}, 6)
		}
		damagedView(t, b)
	})
}

// damagedView puts the bytes in place of one record of each kind and applies a Tx over all of them.
func damagedView(t *testing.T, b []byte) {
	base := kv.NewMem()
	if err := Format(base, 1); err != nil {
		t.Fatal(err)
	}
	for _, tx := range history() {
		if _, _, err := Apply(base, tx); err != nil {
			t.Fatal(err)
		}
	}
	tags := map[byte][]byte{}
	if err := base.Scan(nil, nil, false, func(k, _ []byte) bool { tags[k[0]] = append([]byte(nil), k...); return true }); err != nil {
		t.Fatal(err)
	}
	for _, tag := range []byte("cidexstuqQSwvg") {
		o := kv.NewOverlay(base)
		o.Set(tags[tag], b)
		_, _, _ = Apply(o, &fs.Tx{Session: 1, Seq: 50, Ops: []fs.Op{
			&fs.Rename{Parent: 2, Name: "h", NewParent: 1, NewName: "s"}, &fs.Punch{Ino: 3, Off: 1, Len: 200},
			&fs.Unlink{Parent: 1, Name: "g"}, &fs.Unlink{Parent: 1, Name: "s"}, &fs.Reap{Ino: 3, Max: 9}, &fs.Requeue{IDs: []fs.InvocationID{1}}, &fs.DropTrigger{Name: "csv"}}})
		_, _ = Check(o)
	}
}
