package posixtest

import (
	"os"

	"golang.org/x/sys/unix"
)

var truncateCases = []testCase{
	{"shrinking cuts", func(c *env) {
		p := c.file("f", "0123456789")
		c.ok(unix.Truncate(p, 4))
		c.wantContent(p, "0123")
	}},
	{"growing adds zeros", func(c *env) {
		p := c.file("f", "ab")
		c.ok(unix.Truncate(p, 6))
		c.wantContent(p, "ab\x00\x00\x00\x00")
	}},
	{"shrinking and growing again shows zeros, not old bytes", func(c *env) {
		const size = stripe + stripe/4 + 777
		for i, cut := range []int64{0, 1, 100, 4095, 4096, 65536, stripe - 1, stripe, stripe + 1, stripe + 4096, size - 1} {
			f := c.open(c.p("f"), unix.O_RDWR|unix.O_CREAT|unix.O_TRUNC)
			f.pwrite(pattern(i, size), 0)
			f.truncate(cut)
			want(c, "size", f.size(), cut)
			f.truncate(size)
			expected := append(pattern(i, size)[:cut:cut], make([]byte, size-cut)...)
			c.wantBytes("by the same descriptor", f.pread(size+1, 0), expected)
			f.close()
			c.wantBytes("after close", c.content(c.p("f")), expected)
		}
	}},
	{"shrinking a closed file and growing it again shows zeros", func(c *env) {
		p := c.file("f", string(pattern(1, stripe+5000)))
		c.ok(unix.Truncate(p, 10))
		c.ok(unix.Truncate(p, stripe+5000))
		c.wantBytes("content", c.content(p), append(pattern(1, 10), make([]byte, stripe+4990)...))
	}},
	{"a write past a cut leaves zeros between", func(c *env) {
		f := c.create("f")
		f.pwrite(pattern(1, stripe+100), 0)
		f.truncate(50)
		f.pwrite([]byte("x"), stripe)
		expected := append(pattern(1, 50), make([]byte, stripe-50)...)
		c.wantBytes("content", f.pread(2*stripe, 0), append(expected, 'x'))
	}},
	{"writing a gap after a short tail shows zeros in between", func(c *env) {
		f := c.create("f")
		f.pwrite([]byte("abc"), 0)
		f.pwrite([]byte("xyz"), 10000)
		expected := append(append([]byte("abc"), make([]byte, 9997)...), "xyz"...)
		c.wantBytes("content", f.pread(20000, 0), expected)
	}},
	{"repeated cuts and growths keep what was never cut", func(c *env) {
		f := c.create("f")
		f.pwrite(pattern(1, 3*stripe), 0)
		low := int64(3 * stripe)
		for _, size := range []int64{2*stripe + 1, 5 * stripe, stripe + 12345, 3 * stripe, stripe - 9, 2 * stripe} {
			f.truncate(size)
			low = min(low, size)
		}
		expected := append(pattern(1, int(low)), make([]byte, 2*stripe-low)...)
		c.wantBytes("content", f.pread(3*stripe, 0), expected)
	}},
	{"the size of an open file changes for all descriptors", func(c *env) {
		a := c.create("f")
		b := c.open(c.p("f"), unix.O_RDONLY)
		a.write([]byte("0123456789"))
		c.ok(unix.Truncate(c.p("f"), 3))
		want(c, "size of the writer", a.size(), 3)
		c.wantBytes("what the reader sees", b.pread(10, 0), []byte("012"))
	}},
	{"the position stays where it was, past the new end", func(c *env) {
		f := c.create("f")
		f.write([]byte("0123456789"))
		f.truncate(2)
		f.write([]byte("x"))
		c.wantContent(c.p("f"), "01\x00\x00\x00\x00\x00\x00\x00\x00x")
	}},
	{"to the same size changes no byte", func(c *env) {
		p := c.file("f", "same")
		c.ok(unix.Truncate(p, 4))
		c.wantContent(p, "same")
	}},
	{"ftruncate needs a descriptor that may write", func(c *env) {
		p := c.file("f", "x")
		c.fails(unix.Ftruncate(c.open(p, unix.O_RDONLY).n, 0), unix.EINVAL, unix.EBADF)
		c.wantContent(p, "x")
	}},
	{"negative sizes are EINVAL", func(c *env) {
		p := c.file("f", "x")
		c.fails(unix.Truncate(p, -1), unix.EINVAL)
		c.fails(unix.Ftruncate(c.open(p, unix.O_RDWR).n, -1), unix.EINVAL)
	}},
	{"directories and missing files are refused", func(c *env) {
		c.fails(unix.Truncate(c.mkdir("d"), 0), unix.EISDIR)
		c.fails(unix.Truncate(c.p("f"), 0), unix.ENOENT)
	}},
	{"symlinks are followed", func(c *env) {
		p := c.file("f", "0123")
		c.ok(unix.Symlink("f", c.p("l")))
		c.ok(unix.Truncate(c.p("l"), 1))
		c.wantContent(p, "0")
	}},
	{"growing to a tebibyte and back costs nothing", func(c *env) {
		p := c.file("f", "x")
		c.ok(unix.Truncate(p, tib))
		want(c, "size", c.stat(p).Size, tib)
		c.ok(unix.Truncate(p, 1))
		c.wantContent(p, "x")
	}},
	{"the largest size of all is EFBIG or exact, never a wrapped one", func(c *env) {
		p := c.file("f", "x")
		err := unix.Truncate(p, 1<<63-1)
		if err == nil {
			want(c, "size", c.stat(p).Size, 1<<63-1)
			return
		}
		c.fails(err, unix.EFBIG, unix.EINVAL)
		c.wantContent(p, "x")
	}},
	{"a read-only file may be truncated through a descriptor opened before", func(c *env) {
		p := c.file("f", "0123")
		f := c.open(p, unix.O_RDWR)
		c.ok(os.Chmod(p, 0o400))
		f.truncate(2)
		c.wantContent(p, "01")
	}},
}
