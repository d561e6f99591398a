package state

import (
	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
)

// What Access is asked for, as in access(2).
const (
	MayExec  = 1
	MayWrite = 2
	MayRead  = 4
)

// Access checks the mode bits and the ACL of an inode as a Linux kernel does, root's privileges
// included: mask is a sum of MayRead, MayWrite and MayExec. attr must be r's. Errors: KindAccess.
func Access(r kv.Reader, attr *fs.Attr, cred *fs.Cred, mask uint32) error {
	if cred.UID == 0 {
		if attr.IsDir() || mask&MayExec == 0 || attr.Mode&0o111 != 0 {
			return nil
		}
		return named("access", "", fs.KindAccess)
	}
	mode := attr.Mode & fs.ModePerm
	var have uint32
	switch {
	case cred.UID == attr.UID:
		have = mode >> 6
	case attr.HasXattr && mode&0o070 != 0: // without group bits Linux does not look at the ACL
		list, err := loadACL(r, attr.Ino, aclAccess)
		if err != nil {
			return named("access", "", err)
		}
		if list != nil {
			if list.permits(attr, cred, uint16(mask)) {
				return nil
			}
			return named("access", "", fs.KindAccess)
		}
		fallthrough
	default:
		have = mode
		if cred.Member(attr.GID) {
			have = mode >> 3
		}
	}
	if mask&^(have&7) != 0 {
		return named("access", "", fs.KindAccess)
	}
	return nil
}

// may is Access for a Tx that is to be checked.
func (t *txn) may(n *inode, mask uint32) error {
	if !t.tx.Check {
		return nil
	}
	return Access(&t.v, &n.Attr, &t.tx.Cred, mask)
}

// mayEdit checks that entries of a directory may be changed.
func (t *txn) mayEdit(dir *inode) error { return t.may(dir, MayWrite|MayExec) }

// mayRemove checks that a name of the inode in dir may be removed or replaced.
func (t *txn) mayRemove(dir, n *inode) error {
	if err := t.mayEdit(dir); err != nil {
		return err
	}
	uid := t.tx.Cred.UID
	if t.tx.Check && dir.Mode&fs.ModeSticky != 0 && uid != 0 && uid != n.UID && uid != dir.UID {
		return fs.KindPermission
	}
	return nil
}

// mayOwn checks for what only the owner may do.
func (t *txn) mayOwn(n *inode) error {
	if t.tx.Check && t.tx.Cred.UID != 0 && t.tx.Cred.UID != n.UID {
		return fs.KindPermission
	}
	return nil
}

// mayAdmin checks for what only root may do.
func (t *txn) mayAdmin() error {
	if t.tx.Check && t.tx.Cred.UID != 0 {
		return fs.KindPermission
	}
	return nil
}

// mayLink is the kernel's protected_hardlinks: to a file of somebody else's only if
// it is an ordinary one that may be read and written.
func (t *txn) mayLink(n *inode) error {
	if t.mayOwn(n) == nil {
		return nil
	}
	special := !n.IsRegular() || n.Mode&fs.ModeSetUID != 0 || n.Mode&(fs.ModeSetGID|0o010) == fs.ModeSetGID|0o010
	if special || t.may(n, MayRead|MayWrite) != nil {
		return fs.KindPermission
	}
	return nil
}

// keepsSetGID tells whether the Tx's identity may leave setgid on a file of the group. Without Check
// the kernel has decided it.
func (t *txn) keepsSetGID(gid uint32) bool {
	return !t.tx.Check || t.tx.Cred.UID == 0 || t.tx.Cred.Member(gid)
}
