package posixtest

import (
	"bytes"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

var openCases = []testCase{
	{"O_CREAT makes an empty regular file with the mode asked for", func(c *env) {
		n, err := unix.Open(c.p("f"), unix.O_CREAT|unix.O_WRONLY|unix.O_CLOEXEC, 0o640)
		c.ok(err)
		c.ok(unix.Close(n))
		st := c.stat(c.p("f"))
		want(c, "mode", st.Mode, unix.S_IFREG|0o640)
		want(c, "size", st.Size, 0)
		want(c, "nlink", uint64(st.Nlink), 1)
		want(c, "owner", st.Uid, 0)
	}},
	{"O_CREAT opens what exists and leaves its content and mode", func(c *env) {
		p := c.file("f", "kept")
		c.ok(os.Chmod(p, 0o600))
		c.open(p, unix.O_CREAT|unix.O_RDWR).close()
		c.wantContent(p, "kept")
		want(c, "mode", c.perm(p), 0o600)
	}},
	{"O_EXCL refuses what exists", func(c *env) {
		c.fails(openErr(c.file("f", ""), unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY), unix.EEXIST)
		c.fails(openErr(c.mkdir("d"), unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY), unix.EEXIST)
	}},
	{"O_EXCL refuses a dangling symlink and does not follow it", func(c *env) {
		c.ok(unix.Symlink("target", c.p("l")))
		c.fails(openErr(c.p("l"), unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY), unix.EEXIST)
		c.absent(c.p("target"))
	}},
	{"O_CREAT through a dangling symlink makes its target", func(c *env) {
		c.ok(unix.Symlink("target", c.p("l")))
		f := c.open(c.p("l"), unix.O_CREAT|unix.O_WRONLY)
		f.write([]byte("x"))
		f.close()
		c.wantContent(c.p("target"), "x")
	}},
	{"a new file's first open may write whatever its mode", func(c *env) {
		n, err := unix.Open(c.p("f"), unix.O_CREAT|unix.O_EXCL|unix.O_RDWR|unix.O_CLOEXEC, 0)
		c.ok(err)
		f := c.adopt(n)
		f.write([]byte("through"))
		c.wantBytes("content", f.pread(10, 0), []byte("through"))
		want(c, "mode", f.stat().Mode&0o777, 0)
	}},
	{"a missing file is ENOENT", func(c *env) {
		c.fails(openErr(c.p("f"), unix.O_RDONLY), unix.ENOENT)
		c.fails(openErr(c.p("d/f"), unix.O_CREAT|unix.O_WRONLY), unix.ENOENT)
	}},
	{"O_TRUNC empties", func(c *env) {
		p := c.file("f", "content")
		c.open(p, unix.O_WRONLY|unix.O_TRUNC).close()
		want(c, "size", c.stat(p).Size, 0)
	}},
	{"O_TRUNC empties a large file and leaves nothing behind", func(c *env) {
		p := c.file("f", string(pattern(1, stripe+5)))
		f := c.open(p, unix.O_RDWR|unix.O_TRUNC)
		want(c, "size", f.size(), 0)
		f.truncate(stripe + 5)
		c.wantBytes("after growing", f.pread(stripe+5, 0), make([]byte, stripe+5))
	}},
	{"O_TRUNC is seen through other descriptors", func(c *env) {
		p := c.file("f", "content")
		f := c.open(p, unix.O_RDONLY)
		c.open(p, unix.O_WRONLY|unix.O_TRUNC).close()
		want(c, "size", f.size(), 0)
		want(c, "bytes read", len(f.pread(10, 0)), 0)
	}},
	{"a file can be created and truncated in one call", func(c *env) {
		c.open(c.p("f"), unix.O_CREAT|unix.O_TRUNC|unix.O_WRONLY).close()
		want(c, "size", c.stat(c.p("f")).Size, 0)
	}},
	{"access modes are kept: no writing to O_RDONLY, no reading from O_WRONLY", func(c *env) {
		p := c.file("f", "x")
		_, err := unix.Write(c.open(p, unix.O_RDONLY).n, []byte("y"))
		c.fails(err, unix.EBADF)
		_, err = unix.Read(c.open(p, unix.O_WRONLY).n, make([]byte, 1))
		c.fails(err, unix.EBADF)
		c.wantContent(p, "x")
	}},
	{"O_APPEND writes at the end whoever moved it", func(c *env) {
		p := c.file("f", "")
		a, b := c.open(p, unix.O_WRONLY|unix.O_APPEND), c.open(p, unix.O_WRONLY|unix.O_APPEND)
		for i := range 5 {
			a.write(fmt.Appendf(nil, "a%d", i))
			b.write(fmt.Appendf(nil, "b%d", i))
		}
		c.wantContent(p, "a0b0a1b1a2b2a3b3a4b4")
	}},
	{"O_APPEND moves the position to the end and ignores seeks", func(c *env) {
		p := c.file("f", "12345")
		f := c.open(p, unix.O_RDWR|unix.O_APPEND)
		want(c, "position at first", f.seek(0, unix.SEEK_CUR), 0)
		f.seek(1, unix.SEEK_SET)
		f.write([]byte("67"))
		want(c, "position", f.seek(0, unix.SEEK_CUR), 7)
		c.wantContent(p, "1234567")
	}},
	{"O_APPEND follows a truncation", func(c *env) {
		p := c.file("f", "123456")
		f := c.open(p, unix.O_WRONLY|unix.O_APPEND)
		c.ok(unix.Truncate(p, 2))
		f.write([]byte("x"))
		c.wantContent(p, "12x")
	}},
	{"two processes appending in turns lose nothing", func(c *env) {
		p := c.file("f", "")
		f := c.open(p, unix.O_WRONLY|unix.O_APPEND)
		other := c.agent()
		var expected []byte
		for i := range 10 {
			rec := append(bytes.Repeat([]byte{'A' + byte(i)}, 9), '\n')
			f.write(rec)
			c.ok(other.do(request{Op: opAppend, Path: p, Count: 1, Size: 10, Tag: 'a' + byte(i)}).err())
			expected = append(expected, rec...)
			expected = append(expected, append(bytes.Repeat([]byte{'a' + byte(i)}, 9), '\n')...)
		}
		c.wantContent(p, string(expected))
	}},
	{"O_APPEND can be switched on and off by fcntl", func(c *env) {
		p := c.file("f", "12345")
		f := c.open(p, unix.O_WRONLY)
		_, err := unix.FcntlInt(uintptr(f.n), unix.F_SETFL, unix.O_APPEND)
		c.ok(err)
		f.write([]byte("6"))
		_, err = unix.FcntlInt(uintptr(f.n), unix.F_SETFL, 0)
		c.ok(err)
		f.pwrite([]byte("x"), 0)
		c.wantContent(p, "x23456")
	}},
	{"O_DIRECT reads what was written without it and the other way round", func(c *env) {
		p := c.file("f", string(pattern(1, 16*kib)))
		n, err := unix.Open(p, unix.O_RDWR|unix.O_DIRECT|unix.O_CLOEXEC, 0)
		if err == unix.EINVAL {
			c.lacks("O_DIRECT")
		}
		c.ok(err)
		f := c.adopt(n)
		buf := aligned(8*kib, 4*kib)
		k, err := unix.Pread(f.n, buf, 4*kib)
		c.ok(err)
		c.wantBytes("direct read", buf[:k], pattern(1, 16*kib)[4*kib:12*kib])
		copy(buf, pattern(2, 8*kib))
		f.pwrite(buf, 8*kib)
		c.wantContent(p, string(pattern(1, 16*kib)[:8*kib])+string(pattern(2, 8*kib)))
	}},
	{"O_DIRECTORY opens directories only", func(c *env) {
		c.open(c.mkdir("d"), unix.O_RDONLY|unix.O_DIRECTORY).close()
		c.fails(openErr(c.file("f", ""), unix.O_RDONLY|unix.O_DIRECTORY), unix.ENOTDIR)
		c.ok(unix.Symlink("f", c.p("l")))
		c.fails(openErr(c.p("l"), unix.O_RDONLY|unix.O_DIRECTORY), unix.ENOTDIR)
	}},
	{"O_NOFOLLOW refuses a symlink as the last part only", func(c *env) {
		c.mkdir("d")
		c.file("d/f", "x")
		c.ok(unix.Symlink("d/f", c.p("l")))
		c.ok(unix.Symlink("d", c.p("ld")))
		c.fails(openErr(c.p("l"), unix.O_RDONLY|unix.O_NOFOLLOW), unix.ELOOP)
		c.open(c.p("ld/f"), unix.O_RDONLY|unix.O_NOFOLLOW).close()
	}},
	{"O_PATH gives a descriptor that names but does not read", func(c *env) {
		p := c.file("f", "x")
		f := c.open(p, unix.O_PATH)
		want(c, "inode", f.stat().Ino, c.stat(p).Ino)
		_, err := unix.Read(f.n, make([]byte, 1))
		c.fails(err, unix.EBADF)
		g := c.open(fmt.Sprintf("/proc/self/fd/%d", f.n), unix.O_RDONLY)
		c.wantBytes("content of the file opened again", g.pread(5, 0), []byte("x"))
	}},
	{"O_PATH with O_NOFOLLOW names the symlink itself", func(c *env) {
		c.ok(unix.Symlink("target", c.p("l")))
		f := c.open(c.p("l"), unix.O_PATH|unix.O_NOFOLLOW)
		want(c, "type", f.stat().Mode&unix.S_IFMT, unix.S_IFLNK)
		buf := make([]byte, 100)
		n, err := unix.Readlinkat(f.n, "", buf)
		c.ok(err)
		want(c, "target", string(buf[:n]), "target")
	}},
	{"openat works relative to a directory and survives its rename", func(c *env) {
		d := c.open(c.mkdir("d"), unix.O_RDONLY|unix.O_DIRECTORY)
		c.ok(unix.Rename(c.p("d"), c.p("e")))
		n, err := unix.Openat(d.n, "f", unix.O_CREAT|unix.O_WRONLY|unix.O_CLOEXEC, 0o600)
		c.ok(err)
		c.ok(unix.Close(n))
		c.stat(c.p("e/f"))
	}},
	{"a directory cannot be opened for writing, nor created over", func(c *env) {
		d := c.mkdir("d")
		c.fails(openErr(d, unix.O_WRONLY), unix.EISDIR)
		c.fails(openErr(d, unix.O_RDWR), unix.EISDIR)
		c.fails(openErr(d, unix.O_RDONLY|unix.O_CREAT), unix.EISDIR)
		c.fails(openErr(d, unix.O_WRONLY|unix.O_TRUNC), unix.EISDIR)
	}},
	{"reading a directory as a file is EISDIR", func(c *env) {
		f := c.open(c.mkdir("d"), unix.O_RDONLY)
		_, err := unix.Read(f.n, make([]byte, 10))
		c.fails(err, unix.EISDIR)
		_, err = unix.Pread(f.n, make([]byte, 10), 0)
		c.fails(err, unix.EISDIR)
	}},
	{"many files can be open at once", func(c *env) {
		const count = 300
		var files []*fd
		for i := range count {
			f := c.create(fmt.Sprint(i))
			f.write(fmt.Append(nil, i))
			files = append(files, f)
		}
		for i, f := range files {
			c.wantBytes("content", f.pread(10, 0), fmt.Append(nil, i))
		}
	}},
}

// aligned returns n bytes at an address that is a multiple of align, a power of two, as O_DIRECT demands.
func aligned(n, align int) []byte {
	b := make([]byte, n+align)
	off := -int(uintptr(unsafe.Pointer(&b[0]))) & (align - 1)
	return b[off : off+n]
}

var tmpfileCases = []testCase{
	{"O_TMPFILE makes a file without a name", func(c *env) {
		f := c.tmpfile(unix.O_RDWR)
		want(c, "nlink", uint64(f.stat().Nlink), 0)
		f.write([]byte("secret"))
		c.wantBytes("content", f.pread(10, 0), []byte("secret"))
		want(c, "entries in the directory", len(c.names(c.dir)), 0)
	}},
	{"an O_TMPFILE can be given a name", func(c *env) {
		f := c.tmpfile(unix.O_RDWR)
		f.write(pattern(1, 100*kib))
		c.ok(unix.Linkat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", f.n), unix.AT_FDCWD, c.p("f"), unix.AT_SYMLINK_FOLLOW))
		want(c, "nlink", uint64(f.stat().Nlink), 1)
		f.close()
		c.wantContent(c.p("f"), string(pattern(1, 100*kib)))
	}},
	{"an O_TMPFILE with O_EXCL can never be given a name", func(c *env) {
		f := c.tmpfile(unix.O_RDWR | unix.O_EXCL)
		err := unix.Linkat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", f.n), unix.AT_FDCWD, c.p("f"), unix.AT_SYMLINK_FOLLOW)
		c.fails(err, unix.ENOENT)
		c.absent(c.p("f"))
	}},
	{"an O_TMPFILE with a name already taken stays without one", func(c *env) {
		c.file("f", "old")
		f := c.tmpfile(unix.O_RDWR)
		err := unix.Linkat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", f.n), unix.AT_FDCWD, c.p("f"), unix.AT_SYMLINK_FOLLOW)
		c.fails(err, unix.EEXIST)
		want(c, "nlink", uint64(f.stat().Nlink), 0)
		c.wantContent(c.p("f"), "old")
	}},
}

// tmpfile opens a file without a name in the directory of the case.
func (c *env) tmpfile(flags int) *fd {
	c.Helper()
	n, err := unix.Open(c.dir, unix.O_TMPFILE|flags|unix.O_CLOEXEC, 0o600)
	if err == unix.EOPNOTSUPP {
		c.lacks("O_TMPFILE")
	}
	c.ok(err)
	return c.adopt(n)
}
