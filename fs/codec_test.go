package fs

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
)

// everyOp returns one of each operation, with fields filled at random.
func everyOp(r *rand.Rand) []Op {
	var ops []Op
	for c := OpCode(1); ; c++ {
		op := newOp(c)
		if op == nil {
			return ops
		}
		fill(r, reflect.ValueOf(op).Elem())
		ops = append(ops, op)
	}
}

func fill(r *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(r, v.Field(i))
		}
	case reflect.Slice:
		n := 1 + r.IntN(3)
		s := reflect.MakeSlice(v.Type(), n, n)
		for i := range n {
			fill(r, s.Index(i))
		}
		v.Set(s)
	case reflect.String:
		v.SetString(string([]byte{byte(r.Uint32()), 'x', byte(r.Uint32())}))
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(r.Uint64()) >> r.IntN(64))
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(r.Uint64() >> (64 - v.Type().Bits() + r.IntN(v.Type().Bits())))
	default:
		panic("no way to fill a " + v.Kind().String())
	}
}

// TestTxRoundTrip: whatever is encoded is decoded the same, for every operation and field.
func TestTxRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		tx := Tx{Ops: everyOp(r)}
		fill(r, reflect.ValueOf(&tx.Cred).Elem())
		fill(r, reflect.ValueOf(&tx.Pre).Elem())
		fill(r, reflect.ValueOf(&tx.Chain).Elem())
		tx.Session, tx.Seq, tx.Time, tx.Check = SessionID(r.Uint64()), Seq(r.Uint64()), int64(r.Uint64()), true
		b := tx.Append(nil)
		var got Tx
		d := Decoder{B: b}
		got.Decode(&d)
		if d.Err != nil || len(d.B) != 0 {
			t.Fatalf("%v, %d bytes left", d.Err, len(d.B))
		}
		if !reflect.DeepEqual(tx, got) {
			for i := range tx.Ops {
				if !reflect.DeepEqual(tx.Ops[i], got.Ops[i]) {
					t.Errorf("%T\n%+v\n%+v", tx.Ops[i], tx.Ops[i], got.Ops[i])
				}
			}
			t.Fatal("a Tx changes on its way")
		}
	}
}

// record is what has both directions of the encoding.
type record interface {
	Append([]byte) []byte
	Decode(*Decoder)
}

func records() []record {
	return []record{new(Attr), new(Cred), new(Extent), new(Stripe), new(PG), new(ServerInfo), new(Event), new(Invocation),
		new(Match), new(Budget), new(Trigger), new(TriggerStats), new(TriggerVersion), new(Report), new(Result), new(Tx)}
}

// TestRecordsGrow: a record with fields added at its end by a later version is read, and one that ends before
// fields that were added reads as zero there.
func TestRecordsGrow(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for _, rec := range records() {
		if _, ok := rec.(*Tx); ok {
			continue // its operations are covered above
		}
		fill(r, reflect.ValueOf(rec).Elem())
		b := rec.Append(nil)
		d := Decoder{B: b}
		body := d.Record()
		longer := AppendRecord(nil, func(b []byte) []byte { return append(append(b, body.B...), 1, 2, 3) })
		got := reflect.New(reflect.TypeOf(rec).Elem()).Interface().(record)
		d = Decoder{B: longer}
		if got.Decode(&d); d.Err != nil || !reflect.DeepEqual(rec, got) {
			t.Errorf("%T with more fields: %v\n%+v\n%+v", rec, d.Err, rec, got)
		}
		d = Decoder{B: AppendRecord(nil, func(b []byte) []byte { return b })}
		got.Decode(&d)
		if zero := reflect.New(reflect.TypeOf(rec).Elem()).Interface(); d.Err != nil || !reflect.DeepEqual(got, zero) {
			t.Errorf("%T without any field: %v, %+v", rec, d.Err, got)
		}
	}
}

// FuzzDecode: no bytes make a decoder panic or allocate beyond what they could hold.
func FuzzDecode(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 3))
	for i, rec := range records() {
		if tx, ok := rec.(*Tx); ok {
			tx.Ops = everyOp(r)
		} else {
			fill(r, reflect.ValueOf(rec).Elem())
		}
		f.Add(uint8(i), rec.Append(nil))
	}
	f.Fuzz(func(t *testing.T, which uint8, b []byte) {
		list := records()
		rec := list[int(which)%len(list)]
		d := Decoder{B: b}
		rec.Decode(&d)
		if d.Err != nil {
			return
		}
		// What was read, written and read again is the same.
		again := reflect.New(reflect.TypeOf(rec).Elem()).Interface().(record)
		d = Decoder{B: rec.Append(nil)}
		if again.Decode(&d); d.Err != nil || !reflect.DeepEqual(rec, again) {
			t.Fatalf("%v\n%+v\n%+v", d.Err, rec, again)
		}
	})
}

func TestErrorText(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{E("open", KindNotFound, "/a", nil), "open /a: not found"},
		{E("", KindInvalid, "", nil), "invalid argument"},
		{Errorf("put", KindNoSpace, "", "disk %d", 3), "put: no space left: disk 3"},
		{E("read", KindUnavailable, "", E("shard get", KindCorrupt, "x", nil)), "read: shard get x: corrupt data"},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	if len(kindNames) != int(KindLast) {
		t.Errorf("%d names for %d kinds", len(kindNames), KindLast)
	}
}

// TestKindOf: the kinds of errors, of wrapped ones and of none.
func TestKindOf(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want Kind
	}{
		{nil, KindLast},
		{errors.New("x"), KindOther},
		{KindExists, KindExists},
		{fmt.Errorf("x: %w", E("op", KindQuota, "p", KindExists)), KindQuota},
		{fmt.Errorf("x: %w", context.Canceled), KindCanceled},
		{context.DeadlineExceeded, KindTimeout},
	} {
		if got := KindOf(tt.err); got != tt.want {
			t.Errorf("%v: %v, want %v", tt.err, got, tt.want)
		}
	}
	if Undecided(nil) {
		t.Error("what has succeeded is undecided")
	}
}
