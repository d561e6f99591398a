package posixtest

import "golang.org/x/sys/unix"

// copyRange copies n bytes and returns how many it copied before the source ended.
func (c *env) copyRange(from *fd, fromOff int64, to *fd, toOff int64, n int) int {
	c.Helper()
	done := 0
	for done < n {
		k, err := unix.CopyFileRange(from.n, &fromOff, to.n, &toOff, n-done, 0)
		c.ok(err)
		if k == 0 {
			break
		}
		done += k
	}
	return done
}

var copyCases = []testCase{
	{"copy_file_range copies between files", func(c *env) {
		a, b := c.create("a"), c.create("b")
		data := pattern(1, 2*stripe+999)
		a.pwrite(data, 0)
		want(c, "copied", c.copyRange(a, 0, b, 0, len(data)), len(data))
		c.wantBytes("by descriptor", b.pread(len(data)+1, 0), data)
		b.close()
		c.wantBytes("after close", c.content(c.p("b")), data)
	}},
	{"copy_file_range takes odd offsets and overwrites only its range", func(c *env) {
		a, b := c.create("a"), c.create("b")
		a.pwrite(pattern(1, stripe+5000), 0)
		expected := pattern(2, 2*stripe)
		b.pwrite(expected, 0)
		n := c.copyRange(a, 777, b, 54321, stripe)
		want(c, "copied", n, stripe)
		copy(expected[54321:], pattern(1, stripe+5000)[777:777+stripe])
		c.wantBytes("content", b.pread(3*stripe, 0), expected)
	}},
	{"copy_file_range within a file", func(c *env) {
		f := c.create("f")
		data := pattern(1, mib)
		f.pwrite(data, 0)
		want(c, "copied", c.copyRange(f, 0, f, 2*mib, mib), mib)
		expected := append(append(pattern(1, mib), make([]byte, mib)...), data...)
		c.wantBytes("content", f.pread(4*mib, 0), expected)
	}},
	{"copy_file_range of overlapping ranges of a file is EINVAL", func(c *env) {
		f := c.create("f")
		f.pwrite(pattern(1, 100*kib), 0)
		from, to := int64(0), int64(50*kib)
		_, err := unix.CopyFileRange(f.n, &from, f.n, &to, 60*kib, 0)
		c.fails(err, unix.EINVAL)
		c.wantBytes("content", f.pread(mib, 0), pattern(1, 100*kib))
	}},
	{"copy_file_range keeps holes zero", func(c *env) {
		a, b := c.create("a"), c.create("b")
		a.pwrite([]byte("start"), 0)
		a.pwrite([]byte("end"), 3*stripe)
		b.pwrite(pattern(1, 3*stripe+100), 0)
		n := c.copyRange(a, 0, b, 0, 3*stripe+3)
		want(c, "copied", n, 3*stripe+3)
		expected := append(make([]byte, 3*stripe+3), pattern(1, 3*stripe+100)[3*stripe+3:]...)
		copy(expected, "start")
		copy(expected[3*stripe:], "end")
		c.wantBytes("content", b.pread(4*stripe, 0), expected)
	}},
	{"copy_file_range stops at the end of the source", func(c *env) {
		a, b := c.create("a"), c.create("b")
		a.write([]byte("0123456789"))
		want(c, "copied near the end", c.copyRange(a, 6, b, 0, 100), 4)
		want(c, "copied past the end", c.copyRange(a, 10, b, 4, 100), 0)
		want(c, "copied far past the end", c.copyRange(a, 1000, b, 4, 100), 0)
		c.wantContent(c.p("b"), "6789")
	}},
	{"copy_file_range sees what was just written and is seen by reads", func(c *env) {
		a, b := c.create("a"), c.create("b")
		reader := c.open(c.p("b"), unix.O_RDONLY)
		for i := range 5 {
			a.pwrite(pattern(i, 10000), 0)
			c.copyRange(a, 0, b, int64(i)*10000, 10000)
			c.wantBytes("copy", reader.pread(20000, int64(i)*10000), pattern(i, 10000))
		}
	}},
	{"copy_file_range uses and moves the positions", func(c *env) {
		a, b := c.create("a"), c.create("b")
		a.write([]byte("0123456789"))
		a.seek(2, unix.SEEK_SET)
		n, err := unix.CopyFileRange(a.n, nil, b.n, nil, 5, 0)
		c.ok(err)
		want(c, "copied", n, 5)
		want(c, "position of the source", a.seek(0, unix.SEEK_CUR), 7)
		want(c, "position of the target", b.seek(0, unix.SEEK_CUR), 5)
		c.wantContent(c.p("b"), "23456")
	}},
	{"copy_file_range needs the right access modes", func(c *env) {
		p := c.file("a", "abc")
		ro, wo := c.open(p, unix.O_RDONLY), c.open(c.p("b"), unix.O_CREAT|unix.O_WRONLY)
		_, err := unix.CopyFileRange(wo.n, nil, wo.n, nil, 1, 0)
		c.fails(err, unix.EBADF)
		_, err = unix.CopyFileRange(ro.n, nil, ro.n, nil, 1, 0)
		c.fails(err, unix.EBADF)
		app := c.open(c.p("b"), unix.O_WRONLY|unix.O_APPEND)
		_, err = unix.CopyFileRange(ro.n, nil, app.n, nil, 1, 0)
		c.fails(err, unix.EBADF)
		_, err = unix.CopyFileRange(c.open(c.dir, unix.O_RDONLY).n, nil, wo.n, nil, 1, 0)
		c.fails(err, unix.EISDIR)
	}},
}
