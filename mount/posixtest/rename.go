package posixtest

import (
	"os"

	"golang.org/x/sys/unix"
)

func exchange(a, b string) error {
	return unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
}

func renameNoReplace(a, b string) error {
	return unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_NOREPLACE)
}

var renameCases = []testCase{
	{"moves a file within and between directories", func(c *env) {
		p := c.file("a", "content")
		ino := c.stat(p).Ino
		c.mkdir("d")
		c.ok(unix.Rename(p, c.p("b")))
		c.ok(unix.Rename(c.p("b"), c.p("d/c")))
		c.absent(p)
		c.absent(c.p("b"))
		c.wantContent(c.p("d/c"), "content")
		want(c, "inode", c.stat(c.p("d/c")).Ino, ino)
	}},
	{"replaces a file", func(c *env) {
		a, b := c.file("a", "new"), c.file("b", "old")
		c.ok(unix.Rename(a, b))
		c.absent(a)
		c.wantContent(b, "new")
		c.wantNames(c.dir, "b")
	}},
	{"replacing one of two links leaves the other", func(c *env) {
		a, b := c.file("a", "new"), c.file("b", "old")
		c.ok(unix.Link(b, c.p("keep")))
		c.ok(unix.Rename(a, b))
		c.wantContent(c.p("keep"), "old")
		want(c, "nlink", c.nlink(c.p("keep")), 1)
	}},
	{"replaces a symlink and not its target", func(c *env) {
		a, f := c.file("a", "new"), c.file("f", "target")
		c.ok(unix.Symlink("f", c.p("l")))
		c.ok(unix.Rename(a, c.p("l")))
		c.wantContent(c.p("l"), "new")
		c.wantContent(f, "target")
	}},
	{"moves a directory with all that is in it", func(c *env) {
		c.mkdir("a")
		c.mkdir("a/b")
		c.file("a/b/f", "content")
		c.mkdir("z")
		c.ok(unix.Rename(c.p("a"), c.p("z/moved")))
		c.wantContent(c.p("z/moved/b/f"), "content")
		c.absent(c.p("a"))
	}},
	{"replaces an empty directory by a directory", func(c *env) {
		a, b := c.mkdir("a"), c.mkdir("b")
		c.file("a/f", "")
		c.ok(unix.Rename(a, b))
		c.wantNames(b, "f")
		c.absent(a)
	}},
	{"does not replace a directory with entries", func(c *env) {
		a, b := c.mkdir("a"), c.mkdir("b")
		c.file("b/f", "kept")
		c.fails(unix.Rename(a, b), unix.ENOTEMPTY, unix.EEXIST)
		c.wantContent(c.p("b/f"), "kept")
		c.stat(a)
	}},
	{"a file does not replace a directory", func(c *env) {
		f, d := c.file("f", "kept"), c.mkdir("d")
		c.fails(unix.Rename(f, d), unix.EISDIR)
		c.wantContent(f, "kept")
	}},
	{"a directory does not replace a file", func(c *env) {
		f, d := c.file("f", "kept"), c.mkdir("d")
		c.fails(unix.Rename(d, f), unix.ENOTDIR)
		c.wantContent(f, "kept")
	}},
	{"a directory does not move into itself", func(c *env) {
		a := c.mkdir("a")
		c.mkdir("a/b")
		c.fails(unix.Rename(a, c.p("a/c")), unix.EINVAL)
		c.fails(unix.Rename(a, c.p("a/b/c")), unix.EINVAL)
		c.wantNames(a, "b")
	}},
	{"a directory does not replace its own ancestor", func(c *env) {
		c.mkdir("a")
		b := c.mkdir("a/b")
		c.fails(unix.Rename(b, c.p("a")), unix.ENOTEMPTY)
		c.stat(b)
	}},
	{"to itself does nothing", func(c *env) {
		p, d := c.file("f", "kept"), c.mkdir("d")
		c.ok(unix.Rename(p, p))
		c.wantContent(p, "kept")
		c.ok(unix.Rename(d, d))
		c.stat(d)
	}},
	{"between two links of one file does nothing", func(c *env) {
		a := c.file("a", "content")
		c.ok(unix.Link(a, c.p("b")))
		c.ok(unix.Rename(a, c.p("b")))
		c.wantNames(c.dir, "a", "b")
		want(c, "nlink", c.nlink(a), 2)
	}},
	{"a missing source or target directory is ENOENT", func(c *env) {
		c.fails(unix.Rename(c.p("a"), c.p("b")), unix.ENOENT)
		c.fails(unix.Rename(c.file("f", ""), c.p("d/f")), unix.ENOENT)
		c.fails(unix.Rename(c.p("f"), c.p("f/g")), unix.ENOTDIR)
	}},
	{". and .. cannot be renamed", func(c *env) {
		c.mkdir("d")
		c.fails(unix.Rename(c.p("d/."), c.p("e")), unix.EBUSY, unix.EINVAL)
		c.fails(unix.Rename(c.p("d/.."), c.p("e")), unix.EBUSY, unix.EINVAL)
	}},
	{"a trailing slash demands a directory", func(c *env) {
		f, d := c.file("f", ""), c.mkdir("d")
		c.fails(unix.Rename(f, c.p("g/")), unix.ENOTDIR)
		c.ok(unix.Rename(d, c.p("e/")))
		c.stat(c.p("e"))
	}},
	{"an open file stays usable under its new name", func(c *env) {
		f := c.create("a")
		f.write([]byte("one"))
		c.ok(unix.Rename(c.p("a"), c.p("b")))
		f.write([]byte("two"))
		f.close()
		c.wantContent(c.p("b"), "onetwo")
	}},
	{"a path through a renamed directory is gone at once", func(c *env) {
		c.mkdir("a")
		c.file("a/f", "x")
		c.wantContent(c.p("a/f"), "x")
		c.ok(unix.Rename(c.p("a"), c.p("b")))
		c.absent(c.p("a/f"))
		c.mkdir("a")
		c.absent(c.p("a/f"))
		c.wantContent(c.p("b/f"), "x")
	}},
	{"NOREPLACE refuses an existing target and moves otherwise", func(c *env) {
		a, b := c.file("a", "a"), c.file("b", "b")
		err := renameNoReplace(a, b)
		if err == unix.EINVAL {
			c.lacks("RENAME_NOREPLACE")
		}
		c.fails(err, unix.EEXIST)
		c.wantContent(b, "b")
		c.ok(renameNoReplace(a, c.p("c")))
		c.wantContent(c.p("c"), "a")
		c.absent(a)
	}},
	{"EXCHANGE swaps two files", func(c *env) {
		a, b := c.file("a", "a"), c.file("b", "b")
		c.ok(exchange(a, b))
		c.wantContent(a, "b")
		c.wantContent(b, "a")
	}},
	{"EXCHANGE swaps a file and a directory across directories", func(c *env) {
		c.mkdir("x")
		c.mkdir("y")
		c.file("x/f", "content")
		c.mkdir("y/d")
		c.file("y/d/inner", "inner")
		c.ok(exchange(c.p("x/f"), c.p("y/d")))
		c.wantContent(c.p("y/d"), "content")
		c.wantContent(c.p("x/f/inner"), "inner")
		want(c, "nlink of the directory that got one", c.nlink(c.p("x")), 3)
		want(c, "nlink of the directory that lost one", c.nlink(c.p("y")), 2)
		want(c, "inode of ..", c.stat(c.p("x/f/..")).Ino, c.stat(c.p("x")).Ino)
	}},
	{"EXCHANGE swaps two directories with entries", func(c *env) {
		a, b := c.mkdir("a"), c.mkdir("b")
		c.file("a/fa", "")
		c.file("b/fb", "")
		c.ok(exchange(a, b))
		c.wantNames(a, "fb")
		c.wantNames(b, "fa")
	}},
	{"EXCHANGE needs both and no ancestry", func(c *env) {
		a := c.mkdir("a")
		c.mkdir("a/b")
		c.fails(exchange(a, c.p("missing")), unix.ENOENT)
		c.fails(exchange(c.p("missing"), a), unix.ENOENT)
		c.fails(exchange(a, c.p("a/b")), unix.EINVAL)
		c.fails(exchange(c.p("a/b"), a), unix.EINVAL, unix.ENOTEMPTY)
		c.stat(c.p("a/b"))
	}},
	{"NOREPLACE and EXCHANGE together are EINVAL", func(c *env) {
		err := unix.Renameat2(unix.AT_FDCWD, c.file("a", ""), unix.AT_FDCWD, c.file("b", ""), unix.RENAME_EXCHANGE|unix.RENAME_NOREPLACE)
		c.fails(err, unix.EINVAL)
	}},
	{"keeps mode, owner, attributes and content", func(c *env) {
		p := c.file("a", "content")
		c.ok(os.Chmod(p, 0o604))
		c.give(p, alice)
		c.ok(unix.Setxattr(p, "user.k", []byte("v"), 0))
		before := c.stat(p)
		c.ok(unix.Rename(p, c.p("b")))
		after := c.stat(c.p("b"))
		want(c, "mode", after.Mode, before.Mode)
		want(c, "owner", after.Uid, before.Uid)
		want(c, "mtime", after.Mtim, before.Mtim)
		want(c, "attribute", c.xattr(c.p("b"), "user.k"), "v")
	}},
}
