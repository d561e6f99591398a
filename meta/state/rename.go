package state

import (
	"github.com/wakefs/wakefs/fs"
)

// move is a Rename with what its names stand for.
type move struct {
	from, to      *inode // the directories
	name, newName string
	n, old        *inode // what moves, and what has the new name already or nil
}

func (t *txn) rename(op *fs.Rename, r *fs.OpResult) error {
	m, err := t.resolve(op)
	if err != nil {
		return err
	}
	if m.n == m.old {
		return nil
	}
	if err := t.apart(&m, op.Exchange); err != nil {
		return err
	}
	if err := t.mayMove(&m, op.Exchange); err != nil {
		return err
	}
	before, err := t.pathBelow(m.from, m.name)
	if err != nil {
		return err
	}
	if op.Exchange {
		return t.exchange(&m, before)
	}
	if m.old != nil {
		if err := t.release(m.to, m.newName, m.old); err != nil {
			return err
		}
		r.Attr = m.old.Attr
		m.to.Entries--
	}
	t.deleteEntry(m.from, m.name)
	m.from.Entries--
	m.to.Entries++
	t.place(m.n, m.from, m.name, m.to, m.newName)
	t.edited(&m)
	return t.announceMoved(m.n, before)
}

// resolve looks the names up.
func (t *txn) resolve(op *fs.Rename) (m move, err error) {
	m = move{name: op.Name, newName: op.NewName}
	if op.NoReplace && op.Exchange {
		return m, invalid("a rename cannot both exchange and not replace")
	}
	if m.from, err = t.dir(op.Parent); err != nil {
		return m, err
	}
	if m.to, err = t.dir(op.NewParent); err != nil {
		return m, err
	}
	if err := t.may(m.to, MayExec); err != nil { // Linux looks up both before it judges either
		return m, err
	}
	if m.n, err = t.named(m.from, m.name); err != nil {
		return m, err
	}
	m.old, err = t.named(m.to, m.newName)
	switch {
	case err == fs.KindNotFound && !op.Exchange:
		m.old, err = nil, nil
	case err == nil && op.NoReplace:
		err = fs.KindExists
	}
	return m, err
}

// apart checks that no directory would come to be inside itself.
func (t *txn) apart(m *move, exchange bool) error {
	if m.from == m.to {
		return nil
	}
	if m.n.IsDir() {
		if in, err := t.inside(m.to, m.n); err != nil || in {
			return orElse(err, invalid("a directory cannot move into itself"))
		}
	}
	if m.old == nil || !m.old.IsDir() {
		return nil
	}
	in, err := t.inside(m.from, m.old)
	switch {
	case err != nil || !in:
		return err
	case exchange:
		return invalid("a directory cannot move into itself")
	}
	return fs.KindNotEmpty
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// mayMove checks permissions and types, in Linux' order: of both directories, of what is replaced, and of a
// directory that gets another parent.
func (t *txn) mayMove(m *move, exchange bool) error {
	if err := t.mayRemove(m.from, m.n); err != nil {
		return err
	}
	if m.old == nil {
		if err := t.mayEdit(m.to); err != nil {
			return err
		}
	} else if err := t.mayRemove(m.to, m.old); err != nil {
		return err
	}
	replaces := m.old != nil && !exchange
	switch {
	case replaces && m.n.IsDir() && !m.old.IsDir():
		return fs.KindNotDir
	case replaces && !m.n.IsDir() && m.old.IsDir():
		return fs.KindIsDir
	}
	if m.from != m.to && m.n.IsDir() {
		if err := t.may(m.n, MayWrite); err != nil {
			return err
		}
	}
	if m.from != m.to && exchange && m.old.IsDir() {
		if err := t.may(m.old, MayWrite); err != nil {
			return err
		}
	}
	if replaces && m.old.IsDir() && m.old.Entries > 0 {
		return fs.KindNotEmpty
	}
	return nil
}

// inside tells whether dir is top or below it.
func (t *txn) inside(dir, top *inode) (bool, error) {
	for range maxDepth {
		if dir == top {
			return true, nil
		}
		if dir.Ino == fs.RootIno {
			return false, nil
		}
		var err error
		if dir, err = t.inode(dir.Parent); err != nil {
			return false, err
		}
	}
	return false, fs.Errorf("", fs.KindCorrupt, "", "directories form a cycle at inode %d", dir.Ino)
}

// exchange swaps what two names stand for.
func (t *txn) exchange(m *move, before string) error {
	oldBefore, err := t.pathBelow(m.to, m.newName)
	if err != nil {
		return err
	}
	t.place(m.n, m.from, m.name, m.to, m.newName)
	t.place(m.old, m.to, m.newName, m.from, m.name)
	t.edited(m)
	if err := t.announceMoved(m.n, before); err != nil {
		return err
	}
	return t.announceMoved(m.old, oldBefore)
}

// place makes the new name stand for the inode, which loses the other. Entries are the caller's.
func (t *txn) place(n, from *inode, name string, to *inode, newName string) {
	t.setEntry(to, newName, n)
	if n.IsDir() {
		from.Nlink--
		to.Nlink++
		n.Parent, n.Name = to.Ino, newName
	} else {
		t.moveName(n, from.Ino, name, to.Ino, newName)
	}
	t.bump(n)
}

func (t *txn) edited(m *move) {
	t.edit(m.from)
	if m.to != m.from {
		t.edit(m.to)
	}
}
