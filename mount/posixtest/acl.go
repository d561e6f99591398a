package posixtest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"
)

// The kernel's encoding of a POSIX ACL as an attribute: a version, then entries of tag, permissions and ID, all little
// endian (linux/posix_acl_xattr.h).
const (
	accessACL  = "system.posix_acl_access"
	defaultACL = "system.posix_acl_default"

	aclUserObj  = 0x01
	aclUser     = 0x02
	aclGroupObj = 0x04
	aclGroup    = 0x08
	aclMask     = 0x10
	aclOther    = 0x20

	aclNoID = 0xffffffff
)

type ace struct {
	Tag, Perm uint16
	ID        uint32
}

func encodeACL(entries ...ace) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 2)
	for _, e := range entries {
		b = binary.LittleEndian.AppendUint16(b, e.Tag)
		b = binary.LittleEndian.AppendUint16(b, e.Perm)
		b = binary.LittleEndian.AppendUint32(b, e.ID)
	}
	return b
}

func (c *env) acl(path, name string) []ace {
	c.Helper()
	b := []byte(c.xattr(path, name))
	if len(b) < 4 || binary.LittleEndian.Uint32(b) != 2 {
		c.Fatalf("ACL is %x; must begin with version 2", b)
	}
	entries := make([]ace, (len(b)-4)/8)
	c.ok(binary.Read(bytes.NewReader(b[4:]), binary.LittleEndian, entries))
	return entries
}

func (c *env) wantACL(path, name string, expected ...ace) {
	c.Helper()
	if got := c.acl(path, name); !slices.Equal(got, expected) {
		c.Fatalf("%s is %s; must be %s", name, aclText(got), aclText(expected))
	}
}

func aclText(entries []ace) string {
	tags := map[uint16]string{aclUserObj: "user:", aclUser: "user", aclGroupObj: "group:", aclGroup: "group", aclMask: "mask:", aclOther: "other:"}
	s := ""
	for _, e := range entries {
		s += fmt.Sprintf("%s:%d:%o ", tags[e.Tag], int32(e.ID), e.Perm)
	}
	return s
}

func (c *env) setACL(path, name string, entries ...ace) {
	c.Helper()
	err := unix.Setxattr(path, name, encodeACL(entries...), 0)
	if err == unix.EOPNOTSUPP {
		c.lacks("POSIX ACLs")
	}
	c.ok(err)
}

func (c *env) noACL(path, name string) {
	c.Helper()
	_, err := unix.Getxattr(path, name, make([]byte, 100))
	c.fails(err, unix.ENODATA)
}

func userObj(p uint16) ace         { return ace{aclUserObj, p, aclNoID} }
func groupObj(p uint16) ace        { return ace{aclGroupObj, p, aclNoID} }
func mask(p uint16) ace            { return ace{aclMask, p, aclNoID} }
func other(p uint16) ace           { return ace{aclOther, p, aclNoID} }
func user(c cred, p uint16) ace    { return ace{aclUser, p, c.uid} }
func group(g uint32, p uint16) ace { return ace{aclGroup, p, g} }

var aclCases = []testCase{
	{"a minimal ACL is the mode", func(c *env) {
		p := c.file("f", "")
		c.setACL(p, accessACL, userObj(7), groupObj(5), other(1))
		want(c, "mode", c.perm(p), 0o751)
		c.noACL(p, accessACL)
	}},
	{"an extended ACL is kept and its mask shows as the group bits", func(c *env) {
		p := c.file("f", "")
		c.setACL(p, accessACL, userObj(6), user(alice, 7), groupObj(4), mask(5), other(0))
		want(c, "mode", c.perm(p), 0o650)
		c.wantACL(p, accessACL, userObj(6), user(alice, 7), groupObj(4), mask(5), other(0))
	}},
	{"chmod sets owner, mask and other, and leaves the group's entry", func(c *env) {
		p := c.file("f", "")
		c.setACL(p, accessACL, userObj(6), user(alice, 7), groupObj(4), mask(7), other(0))
		c.ok(unix.Chmod(p, 0o712))
		c.wantACL(p, accessACL, userObj(7), user(alice, 7), groupObj(4), mask(1), other(2))
		want(c, "mode", c.perm(p), 0o712)
	}},
	{"removing the ACL leaves the mode", func(c *env) {
		p := c.file("f", "")
		c.setACL(p, accessACL, userObj(6), user(alice, 7), groupObj(4), mask(6), other(0))
		c.ok(unix.Removexattr(p, accessACL))
		c.noACL(p, accessACL)
		want(c, "mode", c.perm(p), 0o660)
	}},
	{"ACLs that make no sense are EINVAL", func(c *env) {
		p := c.file("f", "")
		c.setACL(p, accessACL, userObj(6), groupObj(4), other(0))
		for _, bad := range [][]byte{
			encodeACL(userObj(6), user(alice, 7), groupObj(4), other(0)), // no mask
			encodeACL(userObj(6), groupObj(4)),                           // no other
			encodeACL(userObj(6), userObj(6), groupObj(4), other(0)),
			encodeACL(userObj(8), groupObj(4), other(0)),
			encodeACL(other(0), groupObj(4), userObj(6)), // wrong order
		} {
			c.fails(unix.Setxattr(p, accessACL, bad, 0), unix.EINVAL)
		}
		c.fails(unix.Setxattr(p, accessACL, []byte{1, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9}, 0), unix.EOPNOTSUPP, unix.EINVAL)
	}},
	{"named users and groups get their entries under the mask", func(c *env) {
		p := c.file("f", "x")
		read := func() error { return openErr("f", unix.O_RDONLY) }
		write := func() error { return openErr("f", unix.O_WRONLY) }
		c.setACL(p, accessACL, userObj(6), user(alice, 6), groupObj(0), group(777, 4), mask(6), other(0))
		inGroup := cred{uid: bob.uid, gid: bob.gid, groups: []uint32{777}}
		c.ok(c.as(alice, write))
		c.ok(c.as(inGroup, read))
		c.fails(c.as(inGroup, write), unix.EACCES)
		c.fails(c.as(bob, read), unix.EACCES)
		c.setACL(p, accessACL, userObj(6), user(alice, 6), groupObj(0), group(777, 4), mask(4), other(0))
		c.ok(c.as(alice, read))
		c.fails(c.as(alice, write), unix.EACCES)
		c.ok(unix.Chmod(p, 0o600))
		c.fails(c.as(alice, read), unix.EACCES)
		c.fails(c.as(inGroup, read), unix.EACCES)
	}},
	{"a named user's entry can take away what others have", func(c *env) {
		p := c.file("f", "x")
		c.setACL(p, accessACL, userObj(6), user(alice, 0), groupObj(4), mask(4), other(4))
		read := func() error { return openErr("f", unix.O_RDONLY) }
		c.fails(c.as(alice, read), unix.EACCES)
		c.ok(c.as(bob, read))
	}},
	{"a change of the ACL takes effect at once", func(c *env) {
		p := c.file("f", "x")
		read := func() error { return openErr("f", unix.O_RDONLY) }
		c.ok(unix.Chmod(p, 0o600))
		for range 10 {
			c.setACL(p, accessACL, userObj(6), user(alice, 4), groupObj(0), mask(4), other(0))
			c.ok(c.as(alice, read))
			c.setACL(p, accessACL, userObj(6), user(alice, 0), groupObj(0), mask(4), other(0))
			c.fails(c.as(alice, read), unix.EACCES)
		}
	}},
	{"a default ACL is inherited by files, under the mode asked for", func(c *env) {
		d := c.mkdir("d")
		c.setACL(d, defaultACL, userObj(7), user(alice, 7), groupObj(5), mask(7), other(5))
		c.ok(c.as(superuser, func() error { // the umask of 022 must not matter
			n, err := unix.Open("d/f", unix.O_CREAT|unix.O_WRONLY|unix.O_CLOEXEC, 0o664)
			if err != nil {
				return err
			}
			return unix.Close(n)
		}))
		c.wantACL(d+"/f", accessACL, userObj(6), user(alice, 7), groupObj(5), mask(6), other(4))
		want(c, "mode", c.perm(d+"/f"), 0o664)
		c.noACL(d+"/f", defaultACL)
		want(c, "mode of the directory", c.perm(d), 0o755)
	}},
	{"a default ACL is inherited by directories, also as their default", func(c *env) {
		d := c.mkdir("d")
		all := []ace{userObj(7), user(alice, 7), groupObj(5), mask(7), other(0)}
		c.setACL(d, defaultACL, all...)
		c.ok(c.as(superuser, func() error { return unix.Mkdir("d/sub", 0o777) }))
		c.wantACL(d+"/sub", defaultACL, all...)
		c.wantACL(d+"/sub", accessACL, all...)
		c.ok(c.as(superuser, func() error { return unix.Mkdir("d/sub/sub", 0o700) }))
		c.wantACL(d+"/sub/sub", defaultACL, all...)
		c.wantACL(d+"/sub/sub", accessACL, userObj(7), user(alice, 7), groupObj(5), mask(0), other(0))
	}},
	{"a minimal default ACL replaces the umask", func(c *env) {
		d := c.mkdir("d")
		c.setACL(d, defaultACL, userObj(7), groupObj(7), other(0))
		c.ok(c.as(superuser, func() error { return touchMode("d/f", 0o666) }))
		want(c, "mode", c.perm(d+"/f"), 0o660)
		c.noACL(d+"/f", accessACL)
		c.ok(unix.Removexattr(d, defaultACL))
		c.ok(c.as(superuser, func() error { return touchMode("d/g", 0o666) }))
		want(c, "mode without a default ACL", c.perm(d+"/g"), 0o644)
	}},
	{"fifos and mknod inherit too, symlinks do not", func(c *env) {
		d := c.mkdir("d")
		c.setACL(d, defaultACL, userObj(7), user(alice, 7), groupObj(5), mask(7), other(0))
		c.ok(unix.Mknod(d+"/p", unix.S_IFIFO|0o666, 0))
		c.wantACL(d+"/p", accessACL, userObj(6), user(alice, 7), groupObj(5), mask(6), other(0))
		c.ok(unix.Symlink("x", d+"/l"))
		want(c, "mode of the symlink", c.lstat(d+"/l").Mode, unix.S_IFLNK|0o777)
	}},
	{"files have no default ACL", func(c *env) {
		p := c.file("f", "")
		c.setACL(p, accessACL, userObj(6), groupObj(4), other(4))
		c.fails(unix.Setxattr(p, defaultACL, encodeACL(userObj(7), groupObj(5), other(5)), 0), unix.EACCES)
		c.noACL(p, defaultACL)
	}},
	{"only the owner sets ACLs", func(c *env) {
		p := c.file("f", "")
		c.setACL(p, accessACL, userObj(6), groupObj(6), other(6))
		set := func() error {
			return unix.Setxattr("f", accessACL, encodeACL(userObj(7), user(bob, 7), groupObj(7), mask(7), other(7)), 0)
		}
		c.fails(c.as(alice, set), unix.EPERM)
		c.give(p, alice)
		c.ok(c.as(alice, set))
	}},
	{"ACLs on directories are enforced", func(c *env) {
		d := c.mkdir("d")
		c.setACL(d, accessACL, userObj(7), user(alice, 7), user(bob, 5), groupObj(0), mask(7), other(0))
		c.ok(c.as(alice, func() error { return touch("d/f") }))
		c.ok(c.as(bob, func() error { return openErr("d", unix.O_RDONLY|unix.O_DIRECTORY) }))
		c.fails(c.as(bob, func() error { return unix.Unlink("d/f") }), unix.EACCES)
		c.fails(c.as(cred{uid: 20003, gid: 20003}, func() error { return openErr("d/f", unix.O_RDONLY) }), unix.EACCES)
	}},
}

func touchMode(name string, mode uint32) error {
	n, err := unix.Open(name, unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY|unix.O_CLOEXEC, mode)
	if err != nil {
		return err
	}
	return unix.Close(n)
}
