package fs

import "fmt"

// Tx is a list of operations that the metadata applies all or none, once. It is
// the only way anything changes.
type Tx struct {
	Session SessionID
	Seq     Seq   // of this Tx in the session; 0: no dedup (the service's own)
	Time    int64 // ns; becomes the mtime, ctime, … of what changes
	Cred    Cred
	// Check makes every operation subject to Cred's permissions, as a kernel would
	// check them. Without it the caller has checked (a mount's kernel has).
	Check bool
	Pre   []Pre
	Ops   []Op
	// Chain is the causal chain: the names of the triggers whose functions led to
	// this Tx, the oldest first. Empty for a person's.
	Chain []string
}

// PreKind says what a precondition is about.
type PreKind uint8

// The kinds of precondition.
const (
	PreVersion PreKind = 1 // inode Ino exists with Version
	PreData    PreKind = 2 // inode Ino exists with DataVersion Version
	PreEntry   PreKind = 3 // directory Ino has Name → Child; Child 0: has no such name
)

// Pre is a precondition: what the maker of the Tx saw. One that no longer holds
// fails the whole Tx with KindConflict.
type Pre struct {
	Kind    PreKind
	Ino     Ino
	Name    string
	Child   Ino
	Version Version
}

// Result is what a Tx answered: one OpResult for each operation.
type Result struct {
	Ops []OpResult
}

// OpResult is the answer of one operation.
type OpResult struct {
	// Attr is the attributes, after the operation, of the inode it made, named or
	// changed; of an Unlink's or Rename's target as it is left (Nlink 0: an orphan).
	Attr Attr
	// ID is what the operation allocated: the first of Alloc's inodes, a session,
	// a server, a placement group.
	ID uint64
	// ID2 is the first of Alloc's stripes.
	ID2 uint64
}

// Append encodes the Tx as a framed record.
func (t *Tx) Append(b []byte) []byte {
	return AppendRecord(b, func(b []byte) []byte {
		b = AppendUint(b, t.Session)
		b = AppendUint(b, t.Seq)
		b = AppendInt(b, t.Time)
		b = t.Cred.Append(b)
		b = AppendBool(b, t.Check)
		b = AppendUint(b, uint(len(t.Pre)))
		for i := range t.Pre {
			b = t.Pre[i].append(b)
		}
		b = AppendUint(b, uint(len(t.Ops)))
		for _, op := range t.Ops {
			b = AppendUint(b, op.Code())
			b = AppendRecord(b, op.append)
		}
		b = AppendUint(b, uint(len(t.Chain)))
		for _, c := range t.Chain {
			b = AppendBytes(b, c)
		}
		return b
	})
}

// Decode reads what Append wrote. Byte strings alias the decoder's bytes.
func (t *Tx) Decode(d *Decoder) {
	r := d.Record()
	*t = Tx{Session: SessionID(r.Uint()), Seq: Seq(r.Uint()), Time: r.Int()}
	t.Cred.Decode(&r)
	t.Check = r.Bool()
	if n := r.Count(); n > 0 {
		t.Pre = make([]Pre, n)
		for i := range t.Pre {
			t.Pre[i].decode(&r)
		}
	}
	if n := r.Count(); n > 0 {
		t.Ops = make([]Op, 0, n)
		for range n {
			code := OpCode(r.Uint())
			body := r.Record()
			if r.Err != nil {
				break
			}
			op := newOp(code)
			if op == nil {
				r.fail(fmt.Errorf("unknown operation %d: made by a newer version", code))
				break
			}
			op.decode(&body)
			r.join(&body)
			t.Ops = append(t.Ops, op)
		}
	}
	if n := r.Count(); n > 0 {
		t.Chain = make([]string, n)
		for i := range t.Chain {
			t.Chain[i] = r.String()
		}
	}
	d.join(&r)
}

func (p *Pre) append(b []byte) []byte {
	return AppendRecord(b, func(b []byte) []byte {
		b = AppendUint(b, p.Kind)
		b = AppendUint(b, p.Ino)
		b = AppendBytes(b, p.Name)
		b = AppendUint(b, p.Child)
		return AppendUint(b, p.Version)
	})
}

func (p *Pre) decode(d *Decoder) {
	r := d.Record()
	*p = Pre{Kind: PreKind(r.Uint()), Ino: Ino(r.Uint()), Name: r.String(), Child: Ino(r.Uint()), Version: Version(r.Uint())}
	d.join(&r)
}

// Append encodes the result as a framed record.
func (x *Result) Append(b []byte) []byte {
	return AppendRecord(b, func(b []byte) []byte {
		b = AppendUint(b, uint(len(x.Ops)))
		for i := range x.Ops {
			o := &x.Ops[i]
			b = o.Attr.Append(b)
			b = AppendUint(b, o.ID)
			b = AppendUint(b, o.ID2)
		}
		return b
	})
}

// Decode reads what Append wrote.
func (x *Result) Decode(d *Decoder) {
	r := d.Record()
	*x = Result{}
	if n := r.Count(); n > 0 {
		x.Ops = make([]OpResult, n)
		for i := range x.Ops {
			x.Ops[i].Attr.Decode(&r)
			x.Ops[i].ID, x.Ops[i].ID2 = r.Uint(), r.Uint()
		}
	}
	d.join(&r)
}
