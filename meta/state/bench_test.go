package state

import (
	"fmt"
	"testing"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
)

// BenchmarkCreateCommit applies what a small file costs, a create and a commit with a kilobyte
// inline, over a Pebble batch that is committed every 256 Txs, as the node does. One op is both Txs.
func BenchmarkCreateCommit(b *testing.B) {
	p, err := kv.OpenPebble(b.TempDir(), kv.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	batch := p.NewBatch()
	if err := Format(batch, 1); err != nil {
		b.Fatal(err)
	}
	m := NewMachine()
	apply := func(tx *fs.Tx) fs.Result {
		res, _, err := m.Apply(batch, tx)
		if err != nil {
			b.Fatal(err)
		}
		return res
	}
	sess := apply(&fs.Tx{Ops: []fs.Op{&fs.OpenSession{Name: "bench"}, &fs.Alloc{Inos: 1 << 30, Stripes: 1}}})
	id, ino := fs.SessionID(sess.Ops[0].ID), fs.Ino(sess.Ops[1].ID)
	dir := fs.RootIno
	seq := fs.Seq(0)
	tx := func(op fs.Op) *fs.Tx {
		seq++
		return &fs.Tx{Session: id, Seq: seq, Time: int64(seq), Cred: fs.Cred{UID: 1000, GID: 1000}, Ops: []fs.Op{op}}
	}
	data := make([]byte, 1024)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%10000 == 0 {
			apply(tx(&fs.Create{Parent: fs.RootIno, Name: fmt.Sprint("d", i), Ino: ino, Mode: fs.ModeDir | 0o755}))
			dir = ino
			ino++
		}
		apply(tx(&fs.Create{Parent: dir, Name: fmt.Sprint("file", i), Ino: ino, Mode: fs.ModeRegular | 0o644}))
		apply(tx(&fs.Commit{Ino: ino, Extents: []fs.Extent{{Len: 1024, Inline: data}}, Close: true}))
		ino++
		if i%128 == 127 {
			if err := p.Commit(batch); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkLookup looks up names in a directory of 100,000 in Pebble.
func BenchmarkLookup(b *testing.B) {
	p, err := kv.OpenPebble(b.TempDir(), kv.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	batch := p.NewBatch()
	if err := Format(batch, 1); err != nil {
		b.Fatal(err)
	}
	const n = 100000
	m := NewMachine()
	ops := []fs.Op{&fs.Alloc{Inos: n + 1}}
	for i := range n {
		ops = append(ops, &fs.Create{Parent: 1, Name: fmt.Sprint("file", i), Ino: fs.Ino(2 + i), Mode: fs.ModeRegular | 0o644})
	}
	if _, _, err := m.Apply(batch, &fs.Tx{Ops: ops}); err != nil {
		b.Fatal(err)
	}
	if err := p.Commit(batch); err != nil {
		b.Fatal(err)
	}
	if err := p.Flush(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := Lookup(p, 1, fmt.Sprint("file", i*7919%n)); err != nil {
			b.Fatal(err)
		}
	}
}
