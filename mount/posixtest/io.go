package posixtest

import (
	"bytes"
	"os"

	"golang.org/x/sys/unix"
)

var ioCases = []testCase{
	{"read returns what was written and then 0", func(c *env) {
		f := c.create("f")
		f.write([]byte("hello"))
		f.seek(0, unix.SEEK_SET)
		buf := make([]byte, 10)
		n, err := unix.Read(f.n, buf)
		c.ok(err)
		want(c, "read", string(buf[:n]), "hello")
		n, err = unix.Read(f.n, buf)
		c.ok(err)
		want(c, "bytes at the end", n, 0)
	}},
	{"write of nothing changes nothing", func(c *env) {
		p := c.file("f", "x")
		f := c.open(p, unix.O_WRONLY)
		n, err := unix.Write(f.n, nil)
		c.ok(err)
		want(c, "written", n, 0)
		c.wantContent(p, "x")
	}},
	{"pread and pwrite leave the position", func(c *env) {
		f := c.create("f")
		f.write([]byte("0123456789"))
		f.pwrite([]byte("ab"), 3)
		c.wantBytes("pread", f.pread(4, 2), []byte("2ab5"))
		want(c, "position", f.seek(0, unix.SEEK_CUR), 10)
	}},
	{"pread past the end returns nothing", func(c *env) {
		f := c.create("f")
		f.write([]byte("abc"))
		want(c, "bytes past the end", len(f.pread(10, 3)), 0)
		want(c, "bytes far past the end", len(f.pread(10, tib)), 0)
		c.wantBytes("at the edge", f.pread(10, 2), []byte("c"))
	}},
	{"negative offsets are EINVAL", func(c *env) {
		f := c.create("f")
		_, err := unix.Pread(f.n, make([]byte, 1), -1)
		c.fails(err, unix.EINVAL)
		_, err = unix.Pwrite(f.n, []byte("x"), -1)
		c.fails(err, unix.EINVAL)
		_, err = unix.Seek(f.n, -1, unix.SEEK_SET)
		c.fails(err, unix.EINVAL)
	}},
	{"readv and writev scatter and gather", func(c *env) {
		f := c.create("f")
		n, err := unix.Pwritev(f.n, [][]byte{[]byte("one"), nil, []byte("two"), []byte("three")}, 5)
		c.ok(err)
		want(c, "written", n, 11)
		a, b := make([]byte, 7), make([]byte, 20)
		n, err = unix.Preadv(f.n, [][]byte{a, b}, 0)
		c.ok(err)
		want(c, "read", n, 16)
		c.wantBytes("first part", a, []byte("\x00\x00\x00\x00\x00on"))
		c.wantBytes("second part", b[:9], []byte("etwothree"))
	}},
	{"seeking finds the end and passes it", func(c *env) {
		f := c.create("f")
		f.write([]byte("abc"))
		want(c, "end", f.seek(0, unix.SEEK_END), 3)
		want(c, "before the end", f.seek(-2, unix.SEEK_END), 1)
		want(c, "past the end", f.seek(10, unix.SEEK_END), 13)
		f.write([]byte("x"))
		want(c, "size", f.size(), 14)
	}},
	{"a write is seen at once through every descriptor", func(c *env) {
		a := c.create("f")
		b := c.open(c.p("f"), unix.O_RDONLY)
		d := c.open(c.p("f"), unix.O_RDWR)
		for i := range 20 {
			a.pwrite([]byte{byte('a' + i)}, int64(i))
			c.wantBytes("tail", b.pread(5, int64(i)), []byte{byte('a' + i)})
			want(c, "size by descriptor", d.size(), int64(i+1))
			want(c, "size by name", c.stat(c.p("f")).Size, int64(i+1))
			d.pwrite([]byte{byte('A' + i)}, int64(i))
			c.wantBytes("overwritten", a.pread(5, int64(i)), []byte{byte('A' + i)})
		}
	}},
	{"an overwrite in the middle leaves its surroundings", func(c *env) {
		f := c.create("f")
		expected := pattern(1, 3*stripe)
		f.pwrite(expected, 0)
		for i, at := range []int{0, 1, 4095, 65535, stripe - 1, stripe, stripe + 1, 2*stripe - 3000, 3*stripe - 7} {
			b := pattern(10+i, min(7001, len(expected)-at))
			f.pwrite(b, int64(at))
			copy(expected[at:], b)
		}
		c.wantBytes("by the same descriptor", f.pread(len(expected)+1, 0), expected)
		f.close()
		c.wantBytes("after close", c.content(c.p("f")), expected)
	}},
	{"writes of odd sizes above 1 MiB arrive whole", func(c *env) {
		f := c.create("f")
		expected := make([]byte, 12345)
		for i, n := range []int{mib + 1, 3*mib + 7, 1, 2*mib - 1, stripe + 4097} {
			b := pattern(i, n)
			f.pwrite(b, int64(len(expected)))
			expected = append(expected, b...)
		}
		c.wantBytes("content", f.pread(len(expected)+1, 0), expected)
		f.close()
		c.wantBytes("after close", c.content(c.p("f")), expected)
	}},
	{"one write call takes 8 MiB", func(c *env) {
		f := c.create("f")
		n, err := unix.Write(f.n, pattern(1, 8*mib))
		c.ok(err)
		want(c, "written", n, 8*mib)
		c.wantBytes("content", f.pread(8*mib, 0), pattern(1, 8*mib))
	}},
	{"a file of 32 MiB written in a stream reads back whole", func(c *env) {
		f := c.create("f")
		for i := range 32 {
			f.write(pattern(i, mib))
		}
		f.close()
		f = c.open(c.p("f"), unix.O_RDONLY)
		want(c, "size", f.size(), 32*mib)
		for i := range 32 {
			c.wantBytes("a part", f.pread(mib, int64(i)*mib), pattern(i, mib))
		}
	}},
	{"reads of every alignment around a stripe's edge agree", func(c *env) {
		f := c.create("f")
		all := pattern(3, 2*stripe)
		f.pwrite(all, 0)
		f.close()
		f = c.open(c.p("f"), unix.O_RDONLY)
		for _, at := range []int{stripe - 4097, stripe - 4096, stripe - 1, stripe, stripe + 1, stripe + 4095, 2*stripe - 1} {
			for _, n := range []int{1, 511, 4096, 4097, 70000} {
				c.wantBytes("read", f.pread(n, int64(at)), all[at:min(at+n, len(all))])
			}
		}
	}},
	{"small writes in reverse order make one file", func(c *env) {
		f := c.create("f")
		expected := pattern(1, 64*kib)
		for at := len(expected) - 512; at >= 0; at -= 512 {
			f.pwrite(expected[at:at+512], int64(at))
		}
		f.close()
		c.wantBytes("content", c.content(c.p("f")), expected)
	}},
	{"offsets of a tebibyte and more work", func(c *env) {
		f := c.create("f")
		f.pwrite([]byte("here"), tib+5)
		want(c, "size", f.size(), tib+9)
		c.wantBytes("around", f.pread(20, tib), []byte("\x00\x00\x00\x00\x00here"))
		c.wantBytes("in the hole", f.pread(100, tib/2), make([]byte, 100))
		f.close()
		want(c, "size by name", c.stat(c.p("f")).Size, tib+9)
	}},
	{"the last page below 16 TiB can be written", func(c *env) {
		const at = 16*tib - 4096
		f := c.create("f")
		_, err := unix.Pwrite(f.n, []byte("end"), at-4096)
		if err == unix.EFBIG {
			c.lacks("files of 16 TiB")
		}
		c.ok(err)
		c.wantBytes("content", f.pread(3, at-4096), []byte("end"))
		want(c, "size", f.size(), at-4096+3)
	}},
	{"a dup shares the position, a second open does not", func(c *env) {
		p := c.file("f", "0123456789")
		f := c.open(p, unix.O_RDONLY)
		n, err := unix.Dup(f.n)
		c.ok(err)
		d, other := c.adopt(n), c.open(p, unix.O_RDONLY)
		f.seek(4, unix.SEEK_SET)
		want(c, "position of the dup", d.seek(0, unix.SEEK_CUR), 4)
		want(c, "position of the other", other.seek(0, unix.SEEK_CUR), 0)
	}},
	{"a dup keeps the file open for writing after close", func(c *env) {
		f := c.create("f")
		n, err := unix.Dup(f.n)
		c.ok(err)
		d := c.adopt(n)
		f.write([]byte("one"))
		f.close()
		c.wantContent(c.p("f"), "one")
		d.write([]byte("two"))
		d.close()
		c.wantContent(c.p("f"), "onetwo")
	}},
	{"blocks used grow with the data and not with holes", func(c *env) {
		f := c.create("f")
		f.pwrite(pattern(1, mib), 0)
		c.ok(unix.Fsync(f.n))
		full := f.stat().Blocks * 512
		if full < mib {
			c.Fatalf("%d bytes of blocks for %d bytes of data", full, mib)
		}
		f.truncate(gib)
		c.ok(unix.Fsync(f.n))
		if now := f.stat().Blocks * 512; now > 2*full {
			c.Fatalf("%d bytes of blocks after growing by a hole; had %d", now, full)
		}
	}},
	{"sendfile copies out of the file", func(c *env) {
		p := c.file("f", string(pattern(1, 300*kib)))
		out := c.create("g")
		in := c.open(p, unix.O_RDONLY)
		for at := int64(0); at < 300*kib; {
			n, err := unix.Sendfile(out.n, in.n, &at, 300*kib)
			c.ok(err)
			if n == 0 {
				c.Fatal("sendfile stopped early")
			}
		}
		out.close()
		c.wantContent(c.p("g"), string(pattern(1, 300*kib)))
	}},
	{"a file replaced by another of the same size shows the new content", func(c *env) {
		for i := range 10 {
			p := c.file("f", string(bytes.Repeat([]byte{byte('a' + i)}, 5000)))
			c.wantContent(p, string(bytes.Repeat([]byte{byte('a' + i)}, 5000)))
			c.ok(os.WriteFile(c.p("new"), bytes.Repeat([]byte{byte('A' + i)}, 5000), 0o644))
			c.ok(unix.Rename(c.p("new"), p))
			c.wantContent(p, string(bytes.Repeat([]byte{byte('A' + i)}, 5000)))
		}
	}},
}
