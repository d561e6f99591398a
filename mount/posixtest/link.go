package posixtest

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

var linkCases = []testCase{
	{"a hard link is the same file", func(c *env) {
		p := c.file("a", "content")
		c.ok(unix.Link(p, c.p("b")))
		want(c, "inode", c.stat(c.p("b")).Ino, c.stat(p).Ino)
		want(c, "nlink", c.nlink(p), 2)
		f := c.open(c.p("b"), unix.O_WRONLY|unix.O_TRUNC)
		f.write([]byte("changed"))
		f.close()
		c.wantContent(p, "changed")
	}},
	{"links count up and down", func(c *env) {
		p := c.file("f", "")
		c.mkdir("d")
		for i := range 20 {
			c.ok(unix.Link(p, c.p(fmt.Sprintf("d/%d", i))))
			want(c, "nlink", c.nlink(p), uint64(i+2))
		}
		for i := range 20 {
			c.ok(unix.Unlink(c.p(fmt.Sprintf("d/%d", i))))
			want(c, "nlink", c.nlink(p), uint64(20-i))
		}
	}},
	{"attributes are shared by all names", func(c *env) {
		p := c.file("a", "")
		c.ok(unix.Link(p, c.p("b")))
		c.ok(os.Chmod(p, 0o604))
		c.give(p, alice)
		st := c.stat(c.p("b"))
		want(c, "mode", st.Mode&0o777, 0o604)
		want(c, "owner", st.Uid, alice.uid)
	}},
	{"the content outlives the first name", func(c *env) {
		p := c.file("a", "content")
		c.ok(unix.Link(p, c.p("b")))
		c.ok(unix.Unlink(p))
		c.wantContent(c.p("b"), "content")
		want(c, "nlink", c.nlink(c.p("b")), 1)
	}},
	{"an existing name is refused", func(c *env) {
		c.fails(unix.Link(c.file("a", ""), c.file("b", "kept")), unix.EEXIST)
		c.fails(unix.Link(c.p("a"), c.p("a")), unix.EEXIST)
		c.wantContent(c.p("b"), "kept")
		want(c, "nlink", c.nlink(c.p("a")), 1)
	}},
	{"directories cannot be linked", func(c *env) {
		c.fails(unix.Link(c.mkdir("d"), c.p("e")), unix.EPERM)
	}},
	{"a missing source or target directory is ENOENT", func(c *env) {
		c.fails(unix.Link(c.p("a"), c.p("b")), unix.ENOENT)
		c.fails(unix.Link(c.file("a", ""), c.p("d/b")), unix.ENOENT)
		c.fails(unix.Link(c.p("a"), c.p("a/b")), unix.ENOTDIR)
	}},
	{"linkat links a symlink itself unless told to follow", func(c *env) {
		c.file("f", "content")
		c.ok(unix.Symlink("f", c.p("l")))
		c.ok(unix.Linkat(unix.AT_FDCWD, c.p("l"), unix.AT_FDCWD, c.p("a"), 0))
		want(c, "type", c.lstat(c.p("a")).Mode&unix.S_IFMT, unix.S_IFLNK)
		c.ok(unix.Linkat(unix.AT_FDCWD, c.p("l"), unix.AT_FDCWD, c.p("b"), unix.AT_SYMLINK_FOLLOW))
		want(c, "inode", c.lstat(c.p("b")).Ino, c.stat(c.p("f")).Ino)
	}},
	{"an open file without a name left cannot be linked back", func(c *env) {
		p := c.file("f", "")
		f := c.open(p, unix.O_RDWR)
		c.ok(unix.Unlink(p))
		err := unix.Linkat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", f.n), unix.AT_FDCWD, c.p("g"), unix.AT_SYMLINK_FOLLOW)
		c.fails(err, unix.ENOENT)
	}},
}

func (c *env) readlink(path string) string {
	c.Helper()
	buf := make([]byte, 8192)
	n, err := unix.Readlink(path, buf)
	c.ok(err)
	return string(buf[:n])
}

var symlinkCases = []testCase{
	{"a symlink keeps its target byte for byte", func(c *env) {
		for i, target := range []string{"x", "../up/and/away", "/absolute/", "with\nnewline", "\xff\xfe invalid UTF-8", "ümlaut", strings.Repeat("long/", 300)} {
			l := c.p(fmt.Sprint(i))
			c.ok(unix.Symlink(target, l))
			want(c, "target", c.readlink(l), target)
			want(c, "size", c.lstat(l).Size, int64(len(target)))
		}
	}},
	{"targets up to 4095 bytes work, longer ones are ENAMETOOLONG", func(c *env) {
		for _, n := range []int{59, 60, 255, 256, 4000, 4095} {
			l := c.p(fmt.Sprint(n))
			target := strings.Repeat("t", n)
			err := unix.Symlink(target, l)
			if err == unix.ENAMETOOLONG && n == 4095 {
				c.lacks("symlink targets of 4095 bytes")
			}
			c.ok(err)
			want(c, "length", len(c.readlink(l)), n)
		}
		c.fails(unix.Symlink(strings.Repeat("t", 4096), c.p("l")), unix.ENAMETOOLONG)
	}},
	{"an empty target is ENOENT", func(c *env) {
		c.fails(unix.Symlink("", c.p("l")), unix.ENOENT)
	}},
	{"an existing name is refused", func(c *env) {
		c.fails(unix.Symlink("x", c.file("f", "kept")), unix.EEXIST)
		c.wantContent(c.p("f"), "kept")
		c.ok(unix.Symlink("x", c.p("l")))
		c.fails(unix.Symlink("y", c.p("l")), unix.EEXIST)
		want(c, "target", c.readlink(c.p("l")), "x")
	}},
	{"readlink of anything else is EINVAL", func(c *env) {
		_, err := unix.Readlink(c.file("f", ""), make([]byte, 10))
		c.fails(err, unix.EINVAL)
		_, err = unix.Readlink(c.mkdir("d"), make([]byte, 10))
		c.fails(err, unix.EINVAL)
	}},
	{"readlink cuts to the buffer", func(c *env) {
		c.ok(unix.Symlink("0123456789", c.p("l")))
		buf := make([]byte, 4)
		n, err := unix.Readlink(c.p("l"), buf)
		c.ok(err)
		want(c, "target", string(buf[:n]), "0123")
	}},
	{"symlinks are followed in the middle and at the end of a path", func(c *env) {
		c.mkdir("d")
		c.file("d/f", "content")
		c.ok(unix.Symlink("d", c.p("ld")))
		c.ok(unix.Symlink("ld/f", c.p("lf")))
		c.wantContent(c.p("ld/f"), "content")
		c.wantContent(c.p("lf"), "content")
		want(c, "nlink of the symlink", c.nlink(c.p("lf")), 1)
	}},
	{"unlink and rename act on the symlink", func(c *env) {
		c.file("f", "content")
		c.ok(unix.Symlink("f", c.p("l")))
		c.ok(unix.Rename(c.p("l"), c.p("m")))
		want(c, "target", c.readlink(c.p("m")), "f")
		c.ok(unix.Unlink(c.p("m")))
		c.wantContent(c.p("f"), "content")
	}},
	{"a symlink has an owner of its own", func(c *env) {
		p := c.file("f", "")
		c.ok(unix.Symlink("f", c.p("l")))
		c.give(c.p("l"), alice)
		want(c, "owner of the symlink", c.lstat(c.p("l")).Uid, alice.uid)
		want(c, "owner of the file", c.stat(p).Uid, 0)
		want(c, "mode", c.lstat(c.p("l")).Mode, unix.S_IFLNK|0o777)
	}},
}

var unlinkCases = []testCase{
	{"the name goes", func(c *env) {
		p := c.file("f", "")
		c.ok(unix.Unlink(p))
		c.absent(p)
		c.fails(unix.Unlink(p), unix.ENOENT)
	}},
	{"an open file lives on without a name", func(c *env) {
		f := c.create("f")
		f.write([]byte("before"))
		c.ok(unix.Unlink(c.p("f")))
		want(c, "nlink", uint64(f.stat().Nlink), 0)
		f.pwrite([]byte("after"), 6)
		c.wantBytes("content", f.pread(20, 0), []byte("beforeafter"))
		f.truncate(2)
		want(c, "size", f.size(), 2)
		f.pwrite(pattern(1, stripe), 2)
		c.wantBytes("large content", f.pread(2*stripe, 2), pattern(1, stripe))
		c.ok(unix.Fsync(f.n))
		c.ok(unix.Fchmod(f.n, 0o600))
		f.close()
		c.absent(c.p("f"))
	}},
	{"an open file without a name can be read for the first time", func(c *env) {
		p := c.file("f", string(pattern(1, 2*stripe)))
		f := c.open(p, unix.O_RDONLY)
		c.ok(unix.Unlink(p))
		c.wantBytes("content", f.pread(3*stripe, 0), pattern(1, 2*stripe))
	}},
	{"a new file under the old name is another one", func(c *env) {
		f := c.create("f")
		f.write([]byte("old"))
		c.ok(unix.Unlink(c.p("f")))
		c.file("f", "new")
		if f.stat().Ino == c.stat(c.p("f")).Ino {
			c.Fatal("both have the same inode number while both exist")
		}
		c.wantBytes("old file", f.pread(10, 0), []byte("old"))
		c.wantContent(c.p("f"), "new")
	}},
	{"a file replaced by rename lives on while open", func(c *env) {
		f := c.open(c.file("f", "old"), unix.O_RDWR)
		c.ok(unix.Rename(c.file("g", "new"), c.p("f")))
		want(c, "nlink", uint64(f.stat().Nlink), 0)
		c.wantBytes("old file", f.pread(10, 0), []byte("old"))
		f.pwrite([]byte("OLD"), 0)
		c.wantContent(c.p("f"), "new")
	}},
	{"a second descriptor keeps an unlinked file after the first is closed", func(c *env) {
		p := c.file("f", "content")
		a, b := c.open(p, unix.O_RDWR), c.open(p, unix.O_RDONLY)
		c.ok(unix.Unlink(p))
		a.pwrite([]byte("C"), 0)
		a.close()
		c.wantBytes("content", b.pread(10, 0), []byte("Content"))
	}},
	{"directories are refused", func(c *env) {
		c.fails(unix.Unlink(c.mkdir("d")), unix.EISDIR)
	}},
	{"missing and wrong parents are told apart", func(c *env) {
		c.file("f", "")
		c.fails(unix.Unlink(c.p("d/f")), unix.ENOENT)
		c.fails(unix.Unlink(c.p("f/g")), unix.ENOTDIR)
		c.fails(unix.Unlink(c.p("f/")), unix.ENOTDIR)
	}},
	{"a large file removed and made again under its name has none of the old bytes", func(c *env) {
		p := c.file("f", string(pattern(1, stripe+5000)))
		c.ok(unix.Unlink(p))
		f := c.create("f")
		f.pwrite([]byte("x"), stripe)
		c.wantBytes("content", f.pread(2*stripe, 0), append(make([]byte, stripe), 'x'))
	}},
}

var mknodCases = []testCase{
	{"a fifo passes bytes from one end to the other", func(c *env) {
		p := c.p("fifo")
		c.ok(unix.Mkfifo(p, 0o600))
		want(c, "mode", c.stat(p).Mode, unix.S_IFIFO|0o600)
		r := c.open(p, unix.O_RDONLY|unix.O_NONBLOCK)
		w := c.open(p, unix.O_WRONLY|unix.O_NONBLOCK)
		w.write([]byte("through"))
		buf := make([]byte, 20)
		n, err := unix.Read(r.n, buf)
		c.ok(err)
		want(c, "read", string(buf[:n]), "through")
		want(c, "size", c.stat(p).Size, 0)
	}},
	{"a bound socket can be connected to by its name", func(c *env) {
		c.ok(c.as(superuser, func() error {
			l, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
			if err != nil {
				return err
			}
			defer unix.Close(l)
			if err := unix.Bind(l, &unix.SockaddrUnix{Name: "sock"}); err != nil {
				return err
			}
			if err := unix.Listen(l, 1); err != nil {
				return err
			}
			s, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
			if err != nil {
				return err
			}
			defer unix.Close(s)
			return unix.Connect(s, &unix.SockaddrUnix{Name: "sock"})
		}))
		want(c, "type", c.stat(c.p("sock")).Mode&unix.S_IFMT, unix.S_IFSOCK)
	}},
	{"a socket node can be made", func(c *env) {
		c.ok(unix.Mknod(c.p("s"), unix.S_IFSOCK|0o640, 0))
		want(c, "mode", c.stat(c.p("s")).Mode, unix.S_IFSOCK|0o640)
	}},
	{"a device keeps its numbers", func(c *env) {
		c.ok(unix.Mknod(c.p("null"), unix.S_IFCHR|0o666&^0o022, int(unix.Mkdev(1, 3))))
		st := c.stat(c.p("null"))
		want(c, "mode", st.Mode, unix.S_IFCHR|0o644)
		want(c, "device", st.Rdev, unix.Mkdev(1, 3))
		c.ok(unix.Mknod(c.p("blk"), unix.S_IFBLK|0o600, int(unix.Mkdev(259, 300))))
		want(c, "device", c.stat(c.p("blk")).Rdev, unix.Mkdev(259, 300))
	}},
	{"a regular file can be made", func(c *env) {
		c.ok(unix.Mknod(c.p("f"), unix.S_IFREG|0o600, 0))
		want(c, "mode", c.stat(c.p("f")).Mode, unix.S_IFREG|0o600)
		c.wantContent(c.p("f"), "")
	}},
	{"an existing name is refused", func(c *env) {
		c.fails(unix.Mknod(c.file("f", "kept"), unix.S_IFIFO|0o600, 0), unix.EEXIST)
		c.wantContent(c.p("f"), "kept")
	}},
	{"only root makes devices", func(c *env) {
		c.ok(os.Chmod(c.dir, 0o777))
		c.fails(c.as(alice, func() error { return unix.Mknod("null", unix.S_IFCHR|0o666, int(unix.Mkdev(1, 3))) }), unix.EPERM)
		c.ok(c.as(alice, func() error { return unix.Mkfifo("fifo", 0o600) }))
	}},
}
