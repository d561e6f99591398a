package meta

import (
	"context"
	"errors"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
	"github.com/wakefs/wakefs/meta/state"
)

// speculation is a private view with changes of its own: it implements fs.Speculation.
//
// Every read runs on the session's view of the moment, under the changes. What reads saw of that view becomes
// preconditions; the first sight counts, so a read that sees another moment than one before it makes
// the Tx fail, as it must. What is only in the changes is nobody else's, and no precondition.
//
// Preconditions are the least that keeps functions serializable:
//
//   - looking a name up: the name, found or not; and unless it is a directory, the inode's version
//   - attributes: the version; of a directory nothing, or every function that passes through one would meet
//     every other one there. A directory's times and link count are not protected.
//   - content: the data version. A listing: the directory's version
//   - making or removing a name: the name as it was
//
// So two functions that create different files in one directory do not meet.
type speculation struct {
	b       *bound
	o       fs.SpeculateOptions
	base    switchable
	changes *kv.Overlay
	machine *state.Machine
	tx      fs.Tx
	seen    map[preKey]bool
}

type preKey struct {
	kind fs.PreKind
	ino  fs.Ino
	name string
}

// switchable is a reader whose target is set for the time of one call.
type switchable struct{ kv.Reader }

func newSpeculation(b *bound, o fs.SpeculateOptions) *speculation {
	s := &speculation{b: b, o: o, machine: state.NewMachine(), seen: map[preKey]bool{}}
	s.machine.NoEvents = true
	s.changes = kv.NewOverlay(&s.base)
	s.tx = fs.Tx{Time: o.Time, Cred: o.Cred, Check: true, Chain: o.Chain}
	return s
}

// Tx implements fs.Speculation.
func (s *speculation) Tx() *fs.Tx { return &s.tx }

// sight is what a call read, and what it saw of others' state.
type sight[T any] struct {
	value T
	pre   []fs.Pre
}

// spec runs f on the speculation's view and records what it saw, of an error too: a function that goes
// another way because a name is missing relies on that. f may run twice.
func spec[T any](ctx context.Context, s *speculation, f func(w *witness) (T, error)) (T, error) {
	var failed error
	out, err := read(ctx, s.b, func(r kv.Reader) (sight[T], error) {
		s.base.Reader = r
		defer func() { s.base.Reader = nil }()
		w := witness{base: r, view: s.changes, cred: &s.o.Cred}
		v, err := f(&w)
		if err == nil {
			err = w.err
		}
		if err != nil && errors.Is(err, kv.ErrIO) {
			return sight[T]{}, err
		}
		failed = err
		return sight[T]{v, w.pre}, nil
	})
	if err != nil {
		return out.value, err
	}
	for _, p := range out.pre {
		if k := (preKey{p.Kind, p.Ino, p.Name}); !s.seen[k] {
			s.seen[k] = true
			s.tx.Pre = append(s.tx.Pre, p)
		}
	}
	return out.value, failed
}

// witness notes preconditions during one call.
type witness struct {
	base kv.Reader // what others see
	view kv.Reader // with the speculation's changes over it
	cred *fs.Cred
	pre  []fs.Pre
	err  error // of the base, first
}

func (w *witness) attr(ino fs.Ino) (fs.Attr, bool) {
	a, err := state.GetAttr(w.base, ino)
	if err != nil && !errors.Is(err, fs.KindNotFound) && w.err == nil {
		w.err = err
	}
	return a, err == nil
}

// version notes an inode's version.
func (w *witness) version(ino fs.Ino) {
	if a, ok := w.attr(ino); ok {
		w.pre = append(w.pre, fs.Pre{Kind: fs.PreVersion, Ino: ino, Version: a.Version})
	}
}

// data notes the version of an inode's content.
func (w *witness) data(ino fs.Ino) {
	if a, ok := w.attr(ino); ok {
		w.pre = append(w.pre, fs.Pre{Kind: fs.PreData, Ino: ino, Version: a.DataVersion})
	}
}

// entry notes what a directory has under a name. A directory of the speculation's own has nothing.
func (w *witness) entry(dir fs.Ino, name string) {
	if name == "" {
		return
	}
	if d, ok := w.attr(dir); !ok || !d.IsDir() {
		return
	}
	a, err := state.Lookup(w.base, dir, name)
	if err == nil || errors.Is(err, fs.KindNotFound) {
		w.pre = append(w.pre, fs.Pre{Kind: fs.PreEntry, Ino: dir, Name: name, Child: a.Ino})
	}
}

// may checks a permission on an inode as the speculation sees it.
func (w *witness) may(ino fs.Ino, mask uint32) error {
	a, err := state.GetAttr(w.view, ino)
	if err != nil {
		return err
	}
	return state.Access(w.view, &a, w.cred, mask)
}

// Propose implements fs.Meta: on this view only.
func (s *speculation) Propose(ctx context.Context, tx *fs.Tx, _ fs.Wait) (fs.Result, error) {
	try := *tx
	try.Session, try.Seq = s.b.s.id, 0
	try.Time, try.Cred, try.Check, try.Chain = s.o.Time, s.o.Cred, true, s.o.Chain
	var delta *kv.Overlay
	res, err := spec(ctx, s, func(w *witness) (fs.Result, error) {
		w.preconditions(try.Pre)
		for _, op := range try.Ops {
			w.targets(op)
		}
		delta = kv.NewOverlay(w.view)
		res, _, err := s.machine.Apply(delta, &try)
		return res, err
	})
	if err != nil {
		return fs.Result{}, err
	}
	delta.Flush(s.changes)
	kept, err := detached(tx.Ops)
	if err != nil {
		return fs.Result{}, err
	}
	s.tx.Ops = append(s.tx.Ops, kept...)
	return res, nil
}

// detached copies operations with all their bytes: they are proposed for real long after
// their maker has used its buffers for something else.
func detached(ops []fs.Op) ([]fs.Op, error) {
	d := fs.Decoder{B: (&fs.Tx{Ops: ops}).Append(nil)}
	var tx fs.Tx
	tx.Decode(&d)
	return tx.Ops, d.Err
}

// preconditions notes what an inner Tx says it saw, as it is outside: inside, where they are checked, an
// inode may have been changed or made.
func (w *witness) preconditions(list []fs.Pre) {
	for i := range list {
		switch p := &list[i]; p.Kind {
		case fs.PreVersion:
			w.version(p.Ino)
		case fs.PreData:
			w.data(p.Ino)
		case fs.PreEntry:
			w.entry(p.Ino, p.Name)
		}
	}
}

// targets notes the names that an operation makes or removes.
func (w *witness) targets(op fs.Op) {
	switch o := op.(type) {
	case *fs.Create:
		w.entry(o.Parent, o.Name)
	case *fs.Link:
		w.entry(o.Parent, o.Name)
	case *fs.Unlink:
		w.entry(o.Parent, o.Name)
	case *fs.Rename:
		w.entry(o.Parent, o.Name)
		w.entry(o.NewParent, o.NewName)
	}
}
