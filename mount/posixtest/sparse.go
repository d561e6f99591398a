package posixtest

import (
	"golang.org/x/sys/unix"
)

var sparseCases = []testCase{
	{"holes read as zeros", func(c *env) {
		f := c.create("f")
		f.pwrite([]byte("a"), 0)
		f.pwrite([]byte("b"), 10*stripe)
		expected := make([]byte, 10*stripe+1)
		expected[0], expected[10*stripe] = 'a', 'b'
		c.wantBytes("content", f.pread(len(expected)+1, 0), expected)
		f.close()
		c.wantBytes("after close", c.content(c.p("f")), expected)
	}},
	{"a hole can be filled in any order", func(c *env) {
		f := c.create("f")
		const size = stripe + stripe/2
		f.truncate(size)
		expected := make([]byte, size)
		for i, at := range []int{stripe - 50, 0, stripe + 1000, 100, stripe - 1000, size - 10} {
			b := pattern(i, min(777, size-at))
			f.pwrite(b, int64(at))
			copy(expected[at:], b)
		}
		c.wantBytes("content", f.pread(size, 0), expected)
	}},
	{"SEEK_DATA and SEEK_HOLE never call data a hole", func(c *env) {
		f := c.create("f")
		written := [][2]int64{{0, 100}, {mib, mib + 70000}, {5 * stripe, 6 * stripe}, {9*stripe + 5, 9*stripe + 6}}
		for i, r := range written {
			f.pwrite(pattern(i, int(r[1]-r[0])), r[0])
		}
		f.truncate(12 * stripe)
		c.checkSegments(f, written, 12*stripe)
		f.close()
		c.checkSegments(c.open(c.p("f"), unix.O_RDONLY), written, 12*stripe)
	}},
	{"SEEK_HOLE in a file without holes is its end", func(c *env) {
		f := c.create("f")
		f.write(pattern(1, 100000))
		want(c, "hole", f.seek(0, unix.SEEK_HOLE), 100000)
		want(c, "data", f.seek(5, unix.SEEK_DATA), 5)
	}},
	{"SEEK_DATA and SEEK_HOLE at or past the end are ENXIO", func(c *env) {
		f := c.create("f")
		f.write([]byte("abc"))
		for _, whence := range []int{unix.SEEK_DATA, unix.SEEK_HOLE} {
			for _, off := range []int64{3, 4, tib} {
				_, err := unix.Seek(f.n, off, whence)
				c.fails(err, unix.ENXIO)
			}
		}
	}},
	{"SEEK_DATA in nothing but a hole is ENXIO, or all of it is data", func(c *env) {
		f := c.create("f")
		f.truncate(stripe)
		n, err := unix.Seek(f.n, 0, unix.SEEK_DATA)
		if err == nil {
			want(c, "data", n, 0)
			return
		}
		c.fails(err, unix.ENXIO)
	}},
	{"an empty file has neither data nor hole", func(c *env) {
		f := c.create("f")
		_, err := unix.Seek(f.n, 0, unix.SEEK_HOLE)
		c.fails(err, unix.ENXIO)
	}},
}

// checkSegments walks the file by SEEK_DATA and SEEK_HOLE. The segments must be in order and inside the file, and every
// written range must lie in data; data may be reported where nothing was written.
func (c *env) checkSegments(f *fd, written [][2]int64, size int64) {
	c.Helper()
	isHole := func(from, to int64) {
		for _, w := range written {
			if w[0] < to && from < w[1] {
				c.Fatalf("[%d,%d) is called a hole, but [%d,%d) was written", from, to, w[0], w[1])
			}
		}
	}
	for at := int64(0); at < size; {
		data, err := unix.Seek(f.n, at, unix.SEEK_DATA)
		if err == unix.ENXIO {
			isHole(at, size)
			return
		}
		c.ok(err)
		if data < at || data >= size {
			c.Fatalf("SEEK_DATA from %d went to %d; the size is %d", at, data, size)
		}
		isHole(at, data)
		hole := f.seek(data, unix.SEEK_HOLE)
		if hole <= data || hole > size {
			c.Fatalf("SEEK_HOLE from data at %d went to %d; the size is %d", data, hole, size)
		}
		at = hole
	}
}

// fallocate calls fallocate and ends the case if the filesystem has no such mode.
func (f *fd) fallocate(mode uint32, off, n int64) {
	f.c.Helper()
	err := unix.Fallocate(f.n, mode, off, n)
	if err == unix.EOPNOTSUPP {
		f.c.lacks("this fallocate mode")
	}
	f.c.ok(err)
}

const (
	punch = unix.FALLOC_FL_PUNCH_HOLE | unix.FALLOC_FL_KEEP_SIZE
	zero  = unix.FALLOC_FL_ZERO_RANGE
	keep  = unix.FALLOC_FL_KEEP_SIZE
)

var fallocateCases = []testCase{
	{"plain extends the file with zeros", func(c *env) {
		f := c.create("f")
		f.write([]byte("abc"))
		f.fallocate(0, 0, 10000)
		want(c, "size", f.size(), 10000)
		c.wantBytes("content", f.pread(20000, 0), append([]byte("abc"), make([]byte, 9997)...))
	}},
	{"plain inside the file changes no byte", func(c *env) {
		f := c.create("f")
		f.write(pattern(1, 10000))
		f.fallocate(0, 100, 5000)
		want(c, "size", f.size(), 10000)
		c.wantBytes("content", f.pread(20000, 0), pattern(1, 10000))
	}},
	{"KEEP_SIZE leaves the size", func(c *env) {
		f := c.create("f")
		f.write([]byte("abc"))
		f.fallocate(keep, 0, mib)
		want(c, "size", f.size(), 3)
		f.truncate(10)
		c.wantBytes("content", f.pread(20, 0), []byte("abc\x00\x00\x00\x00\x00\x00\x00"))
	}},
	{"PUNCH_HOLE zeroes a range and leaves its surroundings", func(c *env) {
		const size = 3 * stripe
		f := c.create("f")
		expected := pattern(1, size)
		f.pwrite(expected, 0)
		for _, r := range [][2]int{{0, 10}, {5000, 100}, {8192, 4096}, {stripe - 10, 20}, {stripe + 100000, stripe}, {size - 50, 50}} {
			f.fallocate(punch, int64(r[0]), int64(r[1]))
			clear(expected[r[0] : r[0]+r[1]])
			c.wantBytes("by the same descriptor", f.pread(size+1, 0), expected)
		}
		want(c, "size", f.size(), size)
		f.close()
		c.wantBytes("after close", c.content(c.p("f")), expected)
	}},
	{"PUNCH_HOLE past the end does not grow the file", func(c *env) {
		f := c.create("f")
		f.write(pattern(1, 100))
		f.fallocate(punch, 50, mib)
		want(c, "size", f.size(), 100)
		c.wantBytes("content", f.pread(200, 0), append(pattern(1, 50), make([]byte, 50)...))
		f.fallocate(punch, mib, mib)
		want(c, "size", f.size(), 100)
	}},
	{"PUNCH_HOLE without KEEP_SIZE is refused", func(c *env) {
		f := c.create("f")
		f.write([]byte("abc"))
		c.fails(unix.Fallocate(f.n, unix.FALLOC_FL_PUNCH_HOLE, 0, 1), unix.EOPNOTSUPP, unix.EINVAL)
		c.wantContent(c.p("f"), "abc")
	}},
	{"PUNCH_HOLE gives back space", func(c *env) {
		f := c.create("f")
		f.write(pattern(1, 2*stripe))
		c.ok(unix.Fsync(f.n))
		before := f.stat().Blocks
		f.fallocate(punch, 0, stripe)
		c.ok(unix.Fsync(f.n))
		if after := f.stat().Blocks; after >= before {
			c.Fatalf("%d blocks after punching half of the file; had %d", after, before)
		}
	}},
	{"a punched hole can be written again", func(c *env) {
		f := c.create("f")
		expected := pattern(1, stripe)
		f.pwrite(expected, 0)
		f.fallocate(punch, 1000, 100000)
		clear(expected[1000:101000])
		f.pwrite([]byte("again"), 50000)
		copy(expected[50000:], "again")
		f.close()
		c.wantBytes("content", c.content(c.p("f")), expected)
	}},
	{"ZERO_RANGE zeroes and extends", func(c *env) {
		f := c.create("f")
		f.pwrite(pattern(1, 10000), 0)
		f.fallocate(zero, 9000, 5000)
		want(c, "size", f.size(), 14000)
		c.wantBytes("content", f.pread(20000, 0), append(pattern(1, 10000)[:9000:9000], make([]byte, 5000)...))
	}},
	{"ZERO_RANGE with KEEP_SIZE zeroes and does not extend", func(c *env) {
		f := c.create("f")
		f.pwrite(pattern(1, 10000), 0)
		f.fallocate(zero|keep, 9000, 5000)
		want(c, "size", f.size(), 10000)
		c.wantBytes("content", f.pread(20000, 0), append(pattern(1, 10000)[:9000:9000], make([]byte, 1000)...))
	}},
	{"COLLAPSE_RANGE works or is refused without harm", func(c *env) {
		f := c.create("f")
		f.write(pattern(1, 256*kib))
		err := unix.Fallocate(f.n, unix.FALLOC_FL_COLLAPSE_RANGE, 64*kib, 64*kib)
		expected := pattern(1, 256*kib)
		if err == nil {
			expected = append(expected[:64*kib], expected[128*kib:]...)
		} else {
			c.fails(err, unix.EOPNOTSUPP, unix.EINVAL)
		}
		c.wantBytes("content", f.pread(mib, 0), expected)
	}},
	{"bad arguments and read-only descriptors are refused", func(c *env) {
		p := c.file("f", "x")
		f := c.open(p, unix.O_RDWR)
		c.fails(unix.Fallocate(f.n, 0, 0, 0), unix.EINVAL)
		c.fails(unix.Fallocate(f.n, 0, -1, 10), unix.EINVAL)
		c.fails(unix.Fallocate(c.open(p, unix.O_RDONLY).n, 0, 0, 10), unix.EBADF)
		c.wantContent(p, "x")
	}},
}
