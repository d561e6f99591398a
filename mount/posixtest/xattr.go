package posixtest

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

func (c *env) xattr(path, name string) string {
	c.Helper()
	buf := make([]byte, 128*kib)
	n, err := unix.Lgetxattr(path, name, buf)
	c.ok(err)
	return string(buf[:n])
}

// xattrs returns the sorted names of path's user.* and trusted.* attributes; security modules may add others.
func (c *env) xattrs(path string) []string {
	c.Helper()
	buf := make([]byte, 64*kib)
	n, err := unix.Llistxattr(path, buf)
	c.ok(err)
	var names []string
	for name := range strings.SplitSeq(string(buf[:n]), "\x00") {
		if strings.HasPrefix(name, "user.") || strings.HasPrefix(name, "trusted.") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

var xattrCases = []testCase{
	{"set, get, list and remove on files and directories", func(c *env) {
		for _, p := range []string{c.file("f", ""), c.mkdir("d")} {
			c.ok(unix.Setxattr(p, "user.one", []byte("1"), 0))
			c.ok(unix.Setxattr(p, "user.two", []byte("22"), 0))
			want(c, "value", c.xattr(p, "user.one"), "1")
			want(c, "names", fmt.Sprint(c.xattrs(p)), "[user.one user.two]")
			c.ok(unix.Removexattr(p, "user.one"))
			want(c, "names", fmt.Sprint(c.xattrs(p)), "[user.two]")
		}
	}},
	{"values are any bytes, also none", func(c *env) {
		p := c.file("f", "")
		for _, v := range []string{"", "\x00", "a\x00b\xff\n", string(pattern(1, 1000))} {
			c.ok(unix.Setxattr(p, "user.k", []byte(v), 0))
			want(c, "value", c.xattr(p, "user.k"), v)
		}
	}},
	{"CREATE refuses an existing, REPLACE a missing attribute", func(c *env) {
		p := c.file("f", "")
		c.fails(unix.Setxattr(p, "user.k", []byte("v"), unix.XATTR_REPLACE), unix.ENODATA)
		c.ok(unix.Setxattr(p, "user.k", []byte("v"), unix.XATTR_CREATE))
		c.fails(unix.Setxattr(p, "user.k", []byte("w"), unix.XATTR_CREATE), unix.EEXIST)
		want(c, "value", c.xattr(p, "user.k"), "v")
		c.ok(unix.Setxattr(p, "user.k", []byte("w"), unix.XATTR_REPLACE))
		want(c, "value", c.xattr(p, "user.k"), "w")
	}},
	{"a missing attribute is ENODATA", func(c *env) {
		p := c.file("f", "")
		_, err := unix.Getxattr(p, "user.k", make([]byte, 10))
		c.fails(err, unix.ENODATA)
		c.fails(unix.Removexattr(p, "user.k"), unix.ENODATA)
	}},
	{"a size of 0 asks how long, a short buffer is ERANGE", func(c *env) {
		p := c.file("f", "")
		c.ok(unix.Setxattr(p, "user.k", []byte("0123456789"), 0))
		n, err := unix.Getxattr(p, "user.k", nil)
		c.ok(err)
		want(c, "length", n, 10)
		_, err = unix.Getxattr(p, "user.k", make([]byte, 9))
		c.fails(err, unix.ERANGE)
		n, err = unix.Listxattr(p, nil)
		c.ok(err)
		if n < len("user.k\x00") {
			c.Fatalf("the list is said to have %d bytes", n)
		}
		_, err = unix.Listxattr(p, make([]byte, n-1))
		c.fails(err, unix.ERANGE)
	}},
	{"values up to 64 KiB work, longer ones are E2BIG", func(c *env) {
		p := c.file("f", "")
		v := string(pattern(1, 64*kib))
		c.fails(unix.Setxattr(p, "user.k", []byte(v+"x"), 0), unix.E2BIG)
		if err := unix.Setxattr(p, "user.k", []byte(v), 0); err == unix.ENOSPC || err == unix.E2BIG {
			c.lacks("attribute values of 64 KiB")
		} else {
			c.ok(err)
		}
		want(c, "value", c.xattr(p, "user.k"), v)
		c.ok(unix.Removexattr(p, "user.k"))
	}},
	{"names up to 255 bytes work, longer ones are ERANGE", func(c *env) {
		p := c.file("f", "")
		name := "user." + strings.Repeat("n", 250)
		c.ok(unix.Setxattr(p, name, []byte("v"), 0))
		want(c, "value", c.xattr(p, name), "v")
		c.fails(unix.Setxattr(p, name+"n", []byte("v"), 0), unix.ERANGE)
	}},
	{"fifty attributes of a file are all kept", func(c *env) {
		p := c.file("f", "")
		for i := range 50 {
			c.ok(unix.Setxattr(p, fmt.Sprintf("user.attr%02d", i), fmt.Append(nil, "value", i), 0))
		}
		want(c, "number of names", len(c.xattrs(p)), 50)
		for i := range 50 {
			want(c, "value", c.xattr(p, fmt.Sprintf("user.attr%02d", i)), fmt.Sprint("value", i))
		}
	}},
	{"trusted attributes are root's alone", func(c *env) {
		p := c.file("f", "")
		c.ok(os.Chmod(p, 0o666))
		c.ok(unix.Setxattr(p, "trusted.k", []byte("v"), 0))
		want(c, "value", c.xattr(p, "trusted.k"), "v")
		c.fails(c.as(alice, func() error { return unix.Setxattr("f", "trusted.k", []byte("w"), 0) }), unix.EPERM)
		c.fails(c.as(alice, func() error { _, err := unix.Getxattr("f", "trusted.k", make([]byte, 9)); return err }), unix.ENODATA, unix.EPERM)
	}},
	{"user attributes follow the file's permissions", func(c *env) {
		p := c.file("f", "")
		c.ok(unix.Setxattr(p, "user.k", []byte("v"), 0))
		set := func() error { return unix.Setxattr("f", "user.k", []byte("w"), 0) }
		get := func() error { _, err := unix.Getxattr("f", "user.k", make([]byte, 9)); return err }
		c.fails(c.as(alice, set), unix.EACCES)
		c.ok(c.as(alice, get))
		c.ok(os.Chmod(p, 0o602))
		c.ok(c.as(alice, set))
		c.fails(c.as(alice, get), unix.EACCES)
	}},
	{"symlinks, fifos and devices take no user attributes", func(c *env) {
		c.ok(unix.Symlink("x", c.p("l")))
		c.ok(unix.Mkfifo(c.p("p"), 0o600))
		c.fails(unix.Lsetxattr(c.p("l"), "user.k", []byte("v"), 0), unix.EPERM)
		c.fails(unix.Setxattr(c.p("p"), "user.k", []byte("v"), 0), unix.EPERM)
		c.ok(unix.Lsetxattr(c.p("l"), "trusted.k", []byte("v"), 0))
		want(c, "value", c.xattr(c.p("l"), "trusted.k"), "v")
	}},
	{"unknown namespaces are EOPNOTSUPP", func(c *env) {
		p := c.file("f", "")
		c.fails(unix.Setxattr(p, "nonsense.k", []byte("v"), 0), unix.EOPNOTSUPP)
		c.fails(unix.Setxattr(p, "noprefix", []byte("v"), 0), unix.EOPNOTSUPP)
	}},
	{"attributes work by descriptor, also without a name left", func(c *env) {
		f := c.create("f")
		c.ok(unix.Fsetxattr(f.n, "user.k", []byte("v"), 0))
		c.ok(unix.Unlink(c.p("f")))
		c.ok(unix.Fsetxattr(f.n, "user.l", []byte("w"), 0))
		buf := make([]byte, 10)
		n, err := unix.Fgetxattr(f.n, "user.k", buf)
		c.ok(err)
		want(c, "value", string(buf[:n]), "v")
		c.ok(unix.Fremovexattr(f.n, "user.k"))
	}},
	{"attributes are shared by hard links", func(c *env) {
		p := c.file("a", "")
		c.ok(unix.Link(p, c.p("b")))
		c.ok(unix.Setxattr(p, "user.k", []byte("v"), 0))
		want(c, "value", c.xattr(c.p("b"), "user.k"), "v")
	}},
}
