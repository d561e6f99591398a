package state

import (
	"strings"

	"github.com/wakefs/wakefs/fs"
)

// maxXattrs bounds an inode's extended attributes, so that deleting it is bounded too.
const maxXattrs = 1024

func (t *txn) setXattr(op *fs.SetXattr, r *fs.OpResult) error {
	n, err := t.inode(op.Ino)
	if err != nil {
		return err
	}
	if err := t.maySetXattr(n, op); err != nil {
		return err
	}
	if len(op.Value) > fs.MaxXattr {
		return fs.KindRange
	}
	_, exists, err := t.v.Get(keyName(nil, tagXattr, n.Ino, op.Name))
	switch {
	case err != nil:
		return storage(err)
	case exists && op.Flags&fs.XattrCreate != 0:
		return fs.KindExists
	case !exists && op.Flags&(fs.XattrReplace|fs.XattrRemove) != 0:
		return fs.KindNoAttr
	case !exists && n.Xattrs >= maxXattrs:
		return fs.KindNoSpace
	}
	switch {
	case op.Flags&fs.XattrRemove != 0:
		t.dropXattr(n, op.Name)
	case op.Name == aclAccess || op.Name == aclDefault:
		if err := t.setACL(n, op.Name, op.Value, exists); err != nil {
			return err
		}
	default:
		t.storeXattr(n, op.Name, op.Value, exists)
	}
	t.bump(n)
	r.Attr = n.Attr
	return t.announce(fs.EventAttrib, n)
}

// maySetXattr checks the name, and who may set it, by its namespace: see xattr(7).
func (t *txn) maySetXattr(n *inode, op *fs.SetXattr) error {
	name := op.Name
	if len(name) > fs.MaxName {
		return fs.KindRange
	}
	if strings.ContainsRune(name, 0) {
		return invalid("a NUL in a name")
	}
	if name == aclAccess || name == aclDefault {
		if n.Mode&fs.ModeType == fs.ModeSymlink {
			return fs.KindUnsupported
		}
		if name == aclDefault && !n.IsDir() && len(op.Value) > aclHeader {
			return fs.KindAccess
		}
		return t.mayOwn(n)
	}
	space, rest, _ := strings.Cut(name, ".")
	if rest == "" && (space == "user" || space == "trusted" || space == "security") {
		return invalid("%q is no name of an attribute", name)
	}
	switch space {
	case "user":
		if !n.IsRegular() && !n.IsDir() {
			return fs.KindPermission
		}
		if n.IsDir() && n.Mode&fs.ModeSticky != 0 {
			if err := t.mayOwn(n); err != nil {
				return err
			}
		}
		if n.made {
			return nil
		}
		return t.may(n, MayWrite)
	case "trusted", "security":
		return t.mayAdmin()
	}
	return fs.KindUnsupported
}

// setACL stores an ACL and brings the mode in step. An access ACL that says no more than mode bits can
// becomes just those; an ACL without entries is removed.
func (t *txn) setACL(n *inode, name string, value []byte, exists bool) error {
	list, err := parseACL(value)
	if err != nil {
		return err
	}
	if list != nil && name == aclAccess {
		mode, all := list.mode()
		n.Mode = n.Mode&^fs.ModePerm | mode
		if !t.keepsSetGID(n.GID) {
			n.Mode &^= fs.ModeSetGID
		}
		if all {
			list = nil
		}
	}
	switch {
	case list != nil:
		t.storeXattr(n, name, list.bytes(), exists)
	case exists:
		t.dropXattr(n, name)
	}
	return nil
}

func (t *txn) storeXattr(n *inode, name string, value []byte, exists bool) {
	t.key = keyName(t.key[:0], tagXattr, n.Ino, name)
	t.v.Set(t.key, value)
	if !exists {
		n.Xattrs++
		n.HasXattr = true
	}
	n.touch()
}

func (t *txn) dropXattr(n *inode, name string) {
	t.remove(keyName(t.key[:0], tagXattr, n.Ino, name))
	n.Xattrs--
	n.HasXattr = n.Xattrs > 0
	n.touch()
}
