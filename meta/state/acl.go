package state

import (
	"encoding/binary"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
)

// The names of the extended attributes that hold ACLs.
const (
	aclAccess  = "system.posix_acl_access"
	aclDefault = "system.posix_acl_default"
)

// The tags of ACL entries, as in Linux' posix_acl_xattr.h.
const (
	aclUserObj  = 0x01
	aclUser     = 0x02
	aclGroupObj = 0x04
	aclGroup    = 0x08
	aclMask     = 0x10
	aclOther    = 0x20

	aclVersion = 2
	aclHeader  = 4 // bytes before the entries
)

type aclEntry struct {
	tag, perm uint16
	id        uint32 // of aclUser and aclGroup
}

// acl is an ACL in the order user, named users, group, named groups, mask, other.
type acl []aclEntry

// parseACL reads the xattr form: a version, then tag, permissions and id of each entry, all
// little-endian. One without entries is nil: it means that there is to be none.
func parseACL(b []byte) (acl, error) {
	if len(b) < 4 || binary.LittleEndian.Uint32(b) != aclVersion || (len(b)-4)%8 != 0 {
		return nil, invalid("not an ACL of version %d", aclVersion)
	}
	b = b[4:]
	if len(b) == 0 {
		return nil, nil
	}
	a := make(acl, 0, len(b)/8)
	for ; len(b) > 0; b = b[8:] {
		a = append(a, aclEntry{
			tag: binary.LittleEndian.Uint16(b), perm: binary.LittleEndian.Uint16(b[2:]), id: binary.LittleEndian.Uint32(b[4:]),
		})
	}
	return a, a.check()
}

// check holds an ACL to acl(5): the three base entries once, in order, and a mask if anybody is named.
func (a acl) check() error {
	var seen uint16
	last := uint16(0)
	for _, e := range a {
		repeat := e.tag == last && (e.tag == aclUser || e.tag == aclGroup)
		if e.perm&^7 != 0 || e.tag <= last && !repeat {
			return invalid("ACL entries out of order, or unknown permissions")
		}
		switch e.tag {
		case aclUserObj, aclUser, aclGroupObj, aclGroup, aclMask, aclOther:
		default:
			return invalid("unknown ACL entry %#x", e.tag)
		}
		seen |= e.tag
		last = e.tag
	}
	const base = aclUserObj | aclGroupObj | aclOther
	if seen&base != base || seen&(aclUser|aclGroup) != 0 && seen&aclMask == 0 {
		return invalid("an ACL needs user, group and other, and a mask if it names anybody")
	}
	return nil
}

func (a acl) bytes() []byte {
	b := binary.LittleEndian.AppendUint32(make([]byte, 0, 4+8*len(a)), aclVersion)
	for _, e := range a {
		b = binary.LittleEndian.AppendUint16(b, e.tag)
		b = binary.LittleEndian.AppendUint16(b, e.perm)
		b = binary.LittleEndian.AppendUint32(b, e.id)
	}
	return b
}

// find returns the entry of a tag that occurs once, or nil.
func (a acl) find(tag uint16) *aclEntry {
	for i := range a {
		if a[i].tag == tag {
			return &a[i]
		}
	}
	return nil
}

// group is the entry that the group bits of the mode stand for.
func (a acl) group() *aclEntry {
	if m := a.find(aclMask); m != nil {
		return m
	}
	return a.find(aclGroupObj)
}

// mode is the permission bits that the ACL amounts to, and whether they say it all.
func (a acl) mode() (mode uint32, all bool) {
	all = true
	for _, e := range a {
		if e.tag == aclUser || e.tag == aclGroup || e.tag == aclMask {
			all = false
		}
	}
	u, g, o := a.find(aclUserObj), a.group(), a.find(aclOther)
	return uint32(u.perm)<<6 | uint32(g.perm)<<3 | uint32(o.perm), all
}

// chmod puts permission bits into the ACL.
func (a acl) chmod(mode uint32) {
	a.find(aclUserObj).perm = uint16(mode >> 6 & 7)
	a.group().perm = uint16(mode >> 3 & 7)
	a.find(aclOther).perm = uint16(mode & 7)
}

// permits is the access check algorithm of acl(5), but for the owner.
func (a acl) permits(attr *fs.Attr, cred *fs.Cred, want uint16) bool {
	limit := uint16(7)
	if m := a.find(aclMask); m != nil {
		limit = m.perm
	}
	inGroup := false
	for _, e := range a {
		switch e.tag {
		case aclUser:
			if e.id == cred.UID {
				return e.perm&limit&want == want
			}
		case aclGroupObj, aclGroup:
			gid := e.id
			if e.tag == aclGroupObj {
				gid = attr.GID
			}
			if cred.Member(gid) {
				inGroup = true
				if e.perm&want == want {
					return e.perm&limit&want == want
				}
			}
		case aclOther:
			return !inGroup && e.perm&want == want
		}
	}
	return false
}

// inherit makes the access ACL of a file that is made with mode in a directory whose
// default ACL is a: each limits the other. It changes a.
func (a acl) inherit(mode uint32) uint32 {
	u, g, o := a.find(aclUserObj), a.group(), a.find(aclOther)
	u.perm &= uint16(mode >> 6)
	g.perm &= uint16(mode >> 3)
	o.perm &= uint16(mode)
	return mode&^fs.ModePerm | uint32(u.perm)<<6 | uint32(g.perm)<<3 | uint32(o.perm)
}

// loadACL returns an inode's ACL, or nil.
func loadACL(r kv.Reader, ino fs.Ino, name string) (acl, error) {
	k := keyName(nil, tagXattr, ino, name)
	v, ok, err := r.Get(k)
	if err != nil {
		return nil, storage(err)
	}
	if !ok {
		return nil, nil
	}
	a, err := parseACL(v)
	return a, damaged(k, err)
}
