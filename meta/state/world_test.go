package state

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
)

// TestMain fixes the seed of the randomised tests, so that a run is like the last;
// WAKEFS_SEED sets another.
func TestMain(m *testing.M) {
	flag.Parse()
	seed := "1"
	if s := os.Getenv("WAKEFS_SEED"); s != "" {
		seed = s
	}
	for name, value := range map[string]string{"seed": seed, "steps": "50", "checks": "70", "nofailfile": "true"} {
		if f := flag.Lookup("rapid." + name); f.Value.String() == f.DefValue {
			if err := f.Value.Set(value); err != nil {
				panic(err)
			}
		}
	}
	fmt.Printf("random tests: rerun with WAKEFS_SEED=%s\n", flag.Lookup("rapid.seed").Value)
	os.Exit(m.Run())
}

// world is a formatted view in memory with numbers to spare, for tests.
type world struct {
	t    testing.TB
	v    *kv.Mem
	m    *Machine
	now  int64
	cred fs.Cred
	eff  Effects // of the last Tx
	ino  fs.Ino
	str  fs.StripeID
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, v: kv.NewMem(), m: NewMachine(), now: 1000}
	if err := Format(w.v, w.now); err != nil {
		t.Fatal(err)
	}
	r := w.do(&fs.Alloc{Inos: 1 << 20, Stripes: 1 << 20})
	w.ino, w.str = fs.Ino(r.Ops[0].ID), fs.StripeID(r.Ops[0].ID2)
	return w
}

// tx is a Tx of the world's identity, later than all before.
func (w *world) tx(ops ...fs.Op) *fs.Tx {
	w.now += 1000
	return &fs.Tx{Time: w.now, Cred: w.cred, Ops: ops}
}

func (w *world) apply(tx *fs.Tx) (fs.Result, error) {
	res, eff, err := w.m.Apply(w.v, tx)
	w.eff = eff
	var e *fs.Error
	if err != nil && (!errors.As(err, &e) || e.Op == "") {
		w.t.Fatalf("error %#v is no *fs.Error with an Op", err)
	}
	return res, err
}

// do applies operations that must succeed.
func (w *world) do(ops ...fs.Op) fs.Result {
	w.t.Helper()
	res, err := w.apply(w.tx(ops...))
	if err != nil {
		w.t.Fatalf("%T: %v", ops[len(ops)-1], err)
	}
	return res
}

// fails applies operations that must fail with a kind, and leave no trace.
func (w *world) fails(kind fs.Kind, ops ...fs.Op) {
	w.t.Helper()
	w.txFails(kind, w.tx(ops...))
}

func (w *world) txFails(kind fs.Kind, tx *fs.Tx) {
	w.t.Helper()
	before := dump(w.v)
	_, err := w.apply(tx)
	if err == nil {
		w.t.Fatalf("%T succeeded, want %v", tx.Ops[len(tx.Ops)-1], kind)
	}
	if fs.KindOf(err) != kind {
		w.t.Fatalf("%T: %v, want %v", tx.Ops[len(tx.Ops)-1], err, kind)
	}
	if dump(w.v) != before {
		w.t.Fatalf("%T failed and changed the view", tx.Ops[len(tx.Ops)-1])
	}
}

func (w *world) newIno() fs.Ino { w.ino++; return w.ino - 1 }

func (w *world) create(dir fs.Ino, name string, mode uint32) fs.Attr {
	w.t.Helper()
	return w.do(&fs.Create{Parent: dir, Name: name, Ino: w.newIno(), Mode: mode}).Ops[0].Attr
}

func (w *world) file(dir fs.Ino, name string) fs.Ino {
	w.t.Helper()
	return w.create(dir, name, fs.ModeRegular|0o644).Ino
}

func (w *world) mkdir(dir fs.Ino, name string) fs.Ino {
	w.t.Helper()
	return w.create(dir, name, fs.ModeDir|0o755).Ino
}

func (w *world) attr(ino fs.Ino) fs.Attr {
	w.t.Helper()
	a, err := GetAttr(w.v, ino)
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

func (w *world) check() {
	w.t.Helper()
	found, err := Check(w.v)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range found {
		w.t.Errorf("invariant: %s", f)
	}
}

func dump(r kv.Reader) string {
	var b []byte
	err := r.Scan(nil, nil, false, func(k, v []byte) bool {
		b = fs.AppendBytes(fs.AppendBytes(b, k), v)
		return true
	})
	if err != nil {
		panic(err)
	}
	return string(b)
}
