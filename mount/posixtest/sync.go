package posixtest

import (
	"golang.org/x/sys/unix"
)

var syncCases = []testCase{
	{"fsync and fdatasync work on files, also read-only ones", func(c *env) {
		f := c.create("f")
		f.write(pattern(1, 100_000))
		c.ok(unix.Fsync(f.n))
		f.write([]byte("more"))
		c.ok(unix.Fdatasync(f.n))
		c.ok(unix.Fsync(c.open(c.p("f"), unix.O_RDONLY).n))
		want(c, "size", f.size(), 100_004)
	}},
	{"fsync works on directories", func(c *env) {
		d := c.open(c.mkdir("d"), unix.O_RDONLY|unix.O_DIRECTORY)
		c.file("d/f", "x")
		c.ok(unix.Fsync(d.n))
		c.ok(unix.Fdatasync(d.n))
	}},
	{"sync_file_range and syncfs work", func(c *env) {
		f := c.create("f")
		f.write(pattern(1, 100_000))
		c.ok(unix.SyncFileRange(f.n, 0, 50_000, unix.SYNC_FILE_RANGE_WAIT_BEFORE|unix.SYNC_FILE_RANGE_WRITE|unix.SYNC_FILE_RANGE_WAIT_AFTER))
		c.ok(unix.Syncfs(f.n))
		c.wantBytes("content", f.pread(200_000, 0), pattern(1, 100_000))
	}},
	{"O_SYNC and O_DSYNC writes arrive", func(c *env) {
		for _, flag := range []int{unix.O_SYNC, unix.O_DSYNC} {
			f := c.open(c.p("f"), unix.O_CREAT|unix.O_TRUNC|unix.O_WRONLY|flag)
			f.write([]byte("one"))
			f.write([]byte("two"))
			f.close()
			c.wantContent(c.p("f"), "onetwo")
		}
	}},
	{"fsync between writes loses nothing", func(c *env) {
		f := c.create("f")
		for i := range 30 {
			f.pwrite(pattern(i, 7777), int64(i*7777))
			c.ok(unix.Fsync(f.n))
		}
		f.close()
		content := c.content(c.p("f"))
		for i := range 30 {
			c.wantBytes("part", content[i*7777:(i+1)*7777], pattern(i, 7777))
		}
	}},
	{"fsync of a bad descriptor is EBADF, of a fifo EINVAL", func(c *env) {
		c.fails(unix.Fsync(-1), unix.EBADF)
		c.ok(unix.Mkfifo(c.p("p"), 0o600))
		c.fails(unix.Fsync(c.open(c.p("p"), unix.O_RDWR|unix.O_NONBLOCK).n), unix.EINVAL)
	}},
	{"posix_fadvise is accepted and changes nothing", func(c *env) {
		f := c.create("f")
		f.write(pattern(1, 100_000))
		c.ok(unix.Fsync(f.n))
		for _, advice := range []int{unix.FADV_SEQUENTIAL, unix.FADV_RANDOM, unix.FADV_WILLNEED, unix.FADV_DONTNEED} {
			c.ok(unix.Fadvise(f.n, 0, 0, advice))
		}
		c.wantBytes("content", f.pread(200_000, 0), pattern(1, 100_000))
	}},
	{"statfs makes sense", func(c *env) {
		var st unix.Statfs_t
		c.ok(unix.Statfs(c.dir, &st))
		if st.Bsize <= 0 || st.Blocks == 0 || st.Bfree > st.Blocks || st.Bavail > st.Bfree || st.Ffree > st.Files {
			c.Fatalf("statfs contradicts itself: %+v", st)
		}
		want(c, "longest name", st.Namelen, 255)
		var byFD unix.Statfs_t
		c.ok(unix.Fstatfs(c.open(c.dir, unix.O_RDONLY).n, &byFD))
		want(c, "blocks by descriptor", byFD.Blocks, st.Blocks)
	}},
	{"stat agrees with itself by name, by descriptor and by statx", func(c *env) {
		p := c.file("f", "content")
		f := c.open(p, unix.O_RDONLY)
		st, byFD := c.stat(p), f.stat()
		want(c, "stat by descriptor", byFD, st)
		var stx unix.Statx_t
		c.ok(unix.Statx(unix.AT_FDCWD, p, 0, unix.STATX_BASIC_STATS, &stx))
		want(c, "inode", stx.Ino, st.Ino)
		want(c, "size", int64(stx.Size), st.Size)
		want(c, "mode", uint32(stx.Mode), st.Mode)
		want(c, "mtime", stx.Mtime.Sec, st.Mtim.Sec)
		if st.Blksize < 512 {
			c.Fatalf("preferred size of I/O is %d", st.Blksize)
		}
	}},
}
