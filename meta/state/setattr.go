package state

import (
	"github.com/wakefs/wakefs/fs"
)

func (t *txn) setAttr(op *fs.SetAttr, r *fs.OpResult) error {
	n, err := t.inode(op.Ino)
	if err != nil {
		return err
	}
	if err := t.maySetAttr(op, n); err != nil {
		return err
	}
	before := n.Version
	if op.Set&fs.SetSize != 0 {
		if err := t.resize(n, op.Size); err != nil {
			return err
		}
	}
	t.chown(op, n)
	if op.Set&fs.SetMode != 0 {
		if err := t.chmod(n, op.Mode); err != nil {
			return err
		}
	}
	if op.Set&fs.SetKillPriv != 0 || op.Set&fs.SetSize != 0 && t.tx.Check && t.tx.Cred.UID != 0 {
		n.Mode = t.withoutPrivileges(n)
	}
	t.setTimes(op, n)
	if n.Version == before { // else the new size made it
		t.bump(n)
	}
	r.Attr = n.Attr
	if op.Set&(fs.SetMode|fs.SetUID|fs.SetGID) != 0 {
		if err := t.announce(fs.EventAttrib, n); err != nil {
			return err
		}
	}
	if op.Set&fs.SetSize != 0 && op.Set&fs.SetClose != 0 {
		return t.announceClosed(n)
	}
	return nil
}

func (t *txn) setTimes(op *fs.SetAttr, n *inode) {
	if op.Set&fs.SetAtime != 0 {
		n.Atime = op.Atime
	}
	if op.Set&fs.SetMtime != 0 {
		n.Mtime = op.Mtime
	}
	if op.Set&fs.SetAtimeNow != 0 {
		n.Atime = t.tx.Time
	}
	if op.Set&fs.SetMtimeNow != 0 {
		n.Mtime = t.tx.Time
	}
}

// maySetAttr is the checks of setattr_prepare in a Linux kernel.
func (t *txn) maySetAttr(op *fs.SetAttr, n *inode) error {
	if op.Set&fs.SetSize != 0 {
		switch {
		case n.IsDir():
			return fs.KindIsDir
		case !n.IsRegular() || op.Size < 0:
			return invalid("size %d of inode %d", op.Size, op.Ino)
		}
	}
	if op.Set&fs.SetMode != 0 && n.Mode&fs.ModeType == fs.ModeSymlink {
		return fs.KindUnsupported
	}
	if !t.tx.Check || t.tx.Cred.UID == 0 {
		return nil
	}
	owner := t.tx.Cred.UID == n.UID
	switch {
	case op.Set&fs.SetUID != 0 && (!owner || op.UID != n.UID),
		op.Set&fs.SetGID != 0 && (!owner || op.GID != n.GID && !t.tx.Cred.Member(op.GID)),
		op.Set&(fs.SetMode|fs.SetAtime|fs.SetMtime) != 0 && !owner:
		return fs.KindPermission
	case op.Set&fs.SetSize != 0 && !n.made,
		op.Set&(fs.SetAtimeNow|fs.SetMtimeNow) != 0 && !owner:
		return t.may(n, MayWrite)
	}
	return nil
}

// chown sets owner and group. Of anything but a directory it clears setuid, and setgid where it means what setuid does.
func (t *txn) chown(op *fs.SetAttr, n *inode) {
	if op.Set&(fs.SetUID|fs.SetGID) == 0 {
		return
	}
	if !n.IsDir() {
		n.Mode = t.withoutPrivileges(n)
	}
	if op.Set&fs.SetUID != 0 {
		n.UID = op.UID
	}
	if op.Set&fs.SetGID != 0 {
		n.GID = op.GID
	}
}

// withoutPrivileges is the mode without setuid, and without setgid if the group may execute or the Tx's
// identity is no member of it.
func (t *txn) withoutPrivileges(n *inode) uint32 {
	mode := n.Mode &^ fs.ModeSetUID
	if mode&0o010 != 0 || !t.keepsSetGID(n.GID) {
		mode &^= fs.ModeSetGID
	}
	return mode
}

// chmod sets the permission bits, also in the ACL.
func (t *txn) chmod(n *inode, mode uint32) error {
	if mode&fs.ModeSetGID != 0 && !t.keepsSetGID(n.GID) {
		mode &^= fs.ModeSetGID
	}
	n.Mode = n.Mode&fs.ModeType | mode&0o7777
	if n.Xattrs == 0 {
		return nil
	}
	list, err := loadACL(&t.v, n.Ino, aclAccess)
	if err != nil || list == nil {
		return err
	}
	list.chmod(n.Mode)
	t.storeXattr(n, aclAccess, list.bytes(), true)
	return nil
}

// resize truncates or grows a file. What grows is a hole.
func (t *txn) resize(n *inode, size int64) error {
	if size == n.Size {
		return nil
	}
	if size < n.Size {
		if _, err := t.cut(n, size, fs.MaxSize); err != nil {
			return err
		}
	}
	n.Size = size
	n.Mtime, n.Ctime = t.tx.Time, t.tx.Time
	n.write()
	return nil
}
