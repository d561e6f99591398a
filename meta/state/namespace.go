package state

import (
	"github.com/wakefs/wakefs/fs"
)

func (t *txn) create(op *fs.Create, r *fs.OpResult) error {
	dir, err := t.dir(op.Parent)
	if err != nil {
		return err
	}
	if err := t.checkCreate(op, dir); err != nil {
		return err
	}
	now := t.tx.Time
	n := &inode{Attr: fs.Attr{
		Ino: op.Ino, Mode: op.Mode & (fs.ModeType | 0o7777), UID: t.tx.Cred.UID, GID: t.tx.Cred.GID,
		Atime: now, Mtime: now, Ctime: now, Btime: now, Version: 1, DataVersion: 1, Parent: dir.Ino,
	}, made: true, dirty: true, changed: true}
	switch n.Mode & fs.ModeType {
	case fs.ModeSymlink:
		n.Mode = fs.ModeSymlink | fs.ModePerm
		n.Target, n.Size = op.Target, int64(len(op.Target))
	case fs.ModeChar, fs.ModeBlock:
		n.Rdev = op.Rdev
	case fs.ModeDir:
		n.Size = dirSize
	}
	t.inheritGroup(dir, n)
	if err := t.inheritMode(dir, n, op.Umask); err != nil {
		return err
	}
	t.inodes.add(n.Ino, n)
	t.c.Inodes++
	if op.Name == "" {
		t.orphan(n)
	} else if err := t.enter(dir, op.Name, n); err != nil {
		return err
	}
	r.Attr = n.Attr
	return nil
}

// checkCreate is everything that may forbid a Create.
func (t *txn) checkCreate(op *fs.Create, dir *inode) error {
	if op.Name != "" || op.Mode&fs.ModeType != fs.ModeRegular {
		if err := t.free(dir, op.Name); err != nil {
			return err
		}
	}
	switch op.Mode & fs.ModeType {
	case fs.ModeRegular, fs.ModeDir, fs.ModeFIFO, fs.ModeSocket:
	case fs.ModeChar, fs.ModeBlock:
		if err := t.mayAdmin(); err != nil {
			return err
		}
	case fs.ModeSymlink:
		if op.Target == "" {
			return fs.KindNotFound
		}
		if len(op.Target) > fs.MaxTarget {
			return fs.KindNameTooLong
		}
	default:
		return invalid("unknown file type %#o", op.Mode&fs.ModeType)
	}
	if op.Ino <= fs.RootIno || op.Ino >= t.c.NextIno {
		return invalid("inode number %d was not allocated", op.Ino)
	}
	if _, err := t.inode(op.Ino); err != fs.KindNotFound {
		if err == nil {
			err = invalid("inode number %d is taken", op.Ino)
		}
		return err
	}
	return t.mayEdit(dir)
}

// free checks that a name can be given and is not taken.
func (t *txn) free(dir *inode, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	if err := t.may(dir, MayExec); err != nil {
		return err
	}
	_, taken, err := t.entry(dir.Ino, name)
	if err == nil && taken {
		err = fs.KindExists
	}
	return err
}

// inheritGroup is what a setgid directory does to a new inode.
func (t *txn) inheritGroup(dir, n *inode) {
	if dir.Mode&fs.ModeSetGID == 0 {
		return
	}
	n.GID = dir.GID
	switch {
	case n.IsDir():
		n.Mode |= fs.ModeSetGID
	case n.Mode&(fs.ModeSetGID|0o010) == fs.ModeSetGID|0o010 && !t.keepsSetGID(n.GID):
		n.Mode &^= fs.ModeSetGID
	}
}

// inheritMode applies the directory's default ACL, or else the umask.
func (t *txn) inheritMode(dir, n *inode, umask uint32) error {
	if n.Mode&fs.ModeType == fs.ModeSymlink {
		return nil
	}
	var def acl
	if dir.HasXattr {
		var err error
		if def, err = loadACL(&t.v, dir.Ino, aclDefault); err != nil {
			return err
		}
	}
	if def == nil {
		n.Mode &^= umask & fs.ModePerm
		return nil
	}
	if n.IsDir() {
		t.storeXattr(n, aclDefault, def.bytes(), false)
	}
	n.Mode = def.inherit(n.Mode)
	if _, all := def.mode(); !all {
		t.storeXattr(n, aclAccess, def.bytes(), false)
	}
	return nil
}

// enter names a new inode.
func (t *txn) enter(dir *inode, name string, n *inode) error {
	t.setEntry(dir, name, n)
	dir.Entries++
	n.Nlink, n.Name = 1, name
	if n.IsDir() {
		n.Nlink = 2
		dir.Nlink++
	}
	t.edit(dir)
	return t.announce(fs.EventCreate, n)
}

func (t *txn) link(op *fs.Link, r *fs.OpResult) error {
	dir, err := t.dir(op.Parent)
	if err != nil {
		return err
	}
	n, err := t.inode(op.Ino)
	if err != nil {
		return err
	}
	if err := t.free(dir, op.Name); err != nil {
		return err
	}
	if err := t.mayLink(n); err != nil {
		return err
	}
	if err := t.mayEdit(dir); err != nil {
		return err
	}
	if n.IsDir() {
		return fs.KindPermission
	}
	if n.Nlink >= fs.MaxLinks {
		return fs.KindLinks
	}
	t.setEntry(dir, op.Name, n)
	dir.Entries++
	t.edit(dir)
	t.addName(n, dir.Ino, op.Name)
	t.bump(n)
	r.Attr = n.Attr
	if err := t.announce(fs.EventCreate, n); err != nil {
		return err
	}
	return t.arrive(n, "")
}

func (t *txn) unlink(op *fs.Unlink, r *fs.OpResult) error {
	dir, err := t.dir(op.Parent)
	if err != nil {
		return err
	}
	n, err := t.named(dir, op.Name)
	if err != nil {
		return err
	}
	if err := t.mayRemove(dir, n); err != nil {
		return err
	}
	if err := removable(n, op.Dir); err != nil {
		return err
	}
	t.deleteEntry(dir, op.Name)
	dir.Entries--
	if err := t.release(dir, op.Name, n); err != nil {
		return err
	}
	t.edit(dir)
	r.Attr = n.Attr
	return nil
}

// removable checks that rmdir (or with dir false, unlink) applies to the inode.
func removable(n *inode, dir bool) error {
	switch {
	case dir && !n.IsDir():
		return fs.KindNotDir
	case !dir && n.IsDir():
		return fs.KindIsDir
	case dir && n.Entries > 0:
		return fs.KindNotEmpty
	}
	return nil
}

// release takes a name that was removed or replaced from its inode.
func (t *txn) release(dir *inode, name string, n *inode) error {
	if err := t.announceRemoved(dir, name, n); err != nil {
		return err
	}
	if n.IsDir() {
		n.Nlink = 0
		dir.Nlink--
		t.orphan(n)
	} else if err := t.dropName(n, dir.Ino, name); err != nil {
		return err
	}
	t.bump(n)
	return nil
}
