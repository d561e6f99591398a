package posixtest

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// past is a time that no clock gives today, with nanoseconds that must survive.
var past = unix.Timespec{Sec: 1_000_000_000, Nsec: 123_456_789}

// age sets mtime and atime of path to the past.
func (c *env) age(paths ...string) {
	c.Helper()
	for _, p := range paths {
		c.ok(unix.UtimesNanoAt(unix.AT_FDCWD, p, []unix.Timespec{past, past}, unix.AT_SYMLINK_NOFOLLOW))
	}
}

// wantFresh demands that the mtime of path, set to the past before, is about now.
func (c *env) wantFresh(path string) {
	c.Helper()
	m := c.lstat(path).Mtim
	if age := time.Since(time.Unix(m.Unix())); age > time.Hour || age < -time.Hour {
		c.Fatalf("mtime is %v; must be about now", time.Unix(m.Unix()))
	}
}

func (c *env) wantAged(path string) {
	c.Helper()
	want(c, "mtime", c.lstat(path).Mtim, past)
}

// ctime returns the time of the last change of path's attributes, in nanoseconds since 1970.
func (c *env) ctime(path string) int64 {
	c.Helper()
	ts := c.lstat(path).Ctim
	return ts.Nano()
}

// changesCtime demands that f moves the ctime of path forward. It first waits until the clock that filesystems use,
// which ticks every few milliseconds, has passed the present ctime.
func (c *env) changesCtime(path string, f func()) {
	c.Helper()
	before := c.ctime(path)
	c.eventually("the coarse clock passes the ctime", func() bool {
		var now unix.Timespec
		c.ok(unix.ClockGettime(unix.CLOCK_REALTIME_COARSE, &now))
		return now.Nano() > before
	})
	f()
	if after := c.ctime(path); after <= before {
		c.Fatalf("ctime did not move forward: %d ns after, %d ns before", after, before)
	}
}

var timeCases = []testCase{
	{"utimensat keeps nanoseconds, also before 1970 and after 2038", func(c *env) {
		p := c.file("f", "")
		for _, ts := range []unix.Timespec{past, {Sec: 0, Nsec: 1}, {Sec: -1000, Nsec: 999_999_999}, {Sec: 1 << 32, Nsec: 5}, {Sec: 2_147_483_648}} {
			other := unix.Timespec{Sec: ts.Sec + 1, Nsec: 7}
			c.ok(unix.UtimesNanoAt(unix.AT_FDCWD, p, []unix.Timespec{other, ts}, 0))
			st := c.stat(p)
			want(c, "mtime", st.Mtim, ts)
			want(c, "atime", st.Atim, other)
		}
	}},
	{"UTIME_OMIT leaves one and UTIME_NOW sets the present", func(c *env) {
		p := c.file("f", "")
		c.age(p)
		c.ok(unix.UtimesNanoAt(unix.AT_FDCWD, p, []unix.Timespec{{Nsec: unix.UTIME_NOW}, {Nsec: unix.UTIME_OMIT}}, 0))
		c.wantAged(p)
		if c.stat(p).Atim.Sec == past.Sec {
			c.Fatal("UTIME_NOW did not set atime")
		}
		c.ok(unix.UtimesNanoAt(unix.AT_FDCWD, p, []unix.Timespec{past, {Nsec: unix.UTIME_NOW}}, 0))
		c.wantFresh(p)
		want(c, "atime", c.stat(p).Atim, past)
	}},
	{"times of a symlink are its own", func(c *env) {
		p := c.file("f", "")
		c.ok(unix.Symlink("f", c.p("l")))
		c.age(c.p("l"))
		c.wantAged(c.p("l"))
		c.wantFresh(p)
	}},
	{"bad nanoseconds are EINVAL", func(c *env) {
		p := c.file("f", "")
		c.fails(unix.UtimesNanoAt(unix.AT_FDCWD, p, []unix.Timespec{{Nsec: 1_000_000_000}, past}, 0), unix.EINVAL)
	}},
	{"a new file has all times of its creation", func(c *env) {
		st := c.stat(c.file("f", ""))
		for _, ts := range []unix.Timespec{st.Mtim, st.Ctim, st.Atim} {
			if age := time.Since(time.Unix(ts.Unix())); age > time.Hour || age < -time.Hour {
				c.Fatalf("a new file's time is %v ago", age)
			}
		}
	}},
	{"write moves mtime and ctime", func(c *env) {
		f := c.create("f")
		c.age(c.p("f"))
		c.changesCtime(c.p("f"), func() { f.write([]byte("x")) })
		c.wantFresh(c.p("f"))
	}},
	{"a write of nothing leaves mtime", func(c *env) {
		f := c.create("f")
		c.age(c.p("f"))
		_, err := unix.Write(f.n, nil)
		c.ok(err)
		c.wantAged(c.p("f"))
	}},
	{"times set after the last write survive close", func(c *env) {
		f := c.create("f")
		f.write([]byte("content"))
		c.ok(unix.UtimesNanoAt(unix.AT_FDCWD, c.p("f"), []unix.Timespec{past, past}, 0))
		f.close()
		c.wantAged(c.p("f"))
	}},
	{"opening, reading and closing leave mtime and ctime", func(c *env) {
		p := c.file("f", "content")
		c.age(p)
		ctime := c.stat(p).Ctim
		c.wantContent(p, "content")
		c.open(p, unix.O_RDWR).close()
		c.wantAged(p)
		want(c, "ctime", c.stat(p).Ctim, ctime)
	}},
	{"truncate moves mtime and ctime", func(c *env) {
		p := c.file("f", "content")
		c.age(p)
		c.changesCtime(p, func() { c.ok(unix.Truncate(p, 2)) })
		c.wantFresh(p)
		c.age(p)
		c.open(p, unix.O_WRONLY|unix.O_TRUNC).close()
		c.wantFresh(p)
	}},
	{"fallocate that changes the file moves mtime", func(c *env) {
		f := c.create("f")
		f.write(pattern(1, 10000))
		c.age(c.p("f"))
		f.fallocate(punch, 0, 100)
		c.wantFresh(c.p("f"))
	}},
	{"chmod, chown, link and setxattr move ctime and not mtime", func(c *env) {
		p := c.file("f", "")
		c.age(p)
		c.changesCtime(p, func() { c.ok(os.Chmod(p, 0o600)) })
		c.changesCtime(p, func() { c.give(p, alice) })
		c.changesCtime(p, func() { c.ok(unix.Link(p, c.p("g"))) })
		c.changesCtime(p, func() { c.ok(unix.Unlink(c.p("g"))) })
		c.changesCtime(p, func() { c.ok(unix.Setxattr(p, "user.k", []byte("v"), 0)) })
		c.changesCtime(p, func() { c.ok(unix.Removexattr(p, "user.k")) })
		c.changesCtime(p, func() { c.age(p) })
		c.wantAged(p)
	}},
	{"rename moves the file's ctime and not its mtime", func(c *env) {
		a := c.file("a", "")
		c.age(a)
		before := c.ctime(a)
		c.changesCtime(a, func() { c.ok(unix.Rename(a, c.p("b"))); c.ok(unix.Link(c.p("b"), a)) })
		c.wantAged(c.p("b"))
		if c.ctime(c.p("b")) <= before {
			c.Fatal("ctime did not move")
		}
	}},
	{"every change of entries moves the directory's mtime", func(c *env) {
		d := c.mkdir("d")
		in := func(name string) string { return d + "/" + name }
		for _, step := range []struct {
			what string
			do   func() error
		}{
			{"create", func() error { return os.WriteFile(in("f"), nil, 0o644) }},
			{"mkdir", func() error { return unix.Mkdir(in("sub"), 0o755) }},
			{"symlink", func() error { return unix.Symlink("x", in("l")) }},
			{"link", func() error { return unix.Link(in("f"), in("g")) }},
			{"mknod", func() error { return unix.Mknod(in("p"), unix.S_IFIFO|0o600, 0) }},
			{"rename", func() error { return unix.Rename(in("g"), in("h")) }},
			{"unlink", func() error { return unix.Unlink(in("h")) }},
			{"rmdir", func() error { return unix.Rmdir(in("sub")) }},
		} {
			c.age(d)
			c.changesCtime(d, func() { c.ok(step.do()) })
			if c.stat(d).Mtim == past {
				c.Fatalf("%s did not move the directory's mtime", step.what)
			}
		}
	}},
	{"a rename between directories moves the mtime of both", func(c *env) {
		a, b := c.mkdir("a"), c.mkdir("b")
		c.file("a/f", "")
		c.age(a, b)
		c.ok(unix.Rename(a+"/f", b+"/f"))
		c.wantFresh(a)
		c.wantFresh(b)
	}},
	{"writing into a file or chmod leaves the directory's mtime", func(c *env) {
		d := c.mkdir("d")
		p := c.file("d/f", "")
		c.age(d)
		f := c.open(p, unix.O_WRONLY)
		f.write([]byte("x"))
		f.close()
		c.ok(os.Chmod(p, 0o600))
		c.wantAged(d)
	}},
	{"only the owner sets arbitrary times, a writer may set the present", func(c *env) {
		p := c.file("f", "")
		c.ok(os.Chmod(p, 0o666))
		set := func(ts unix.Timespec) error {
			return c.as(alice, func() error { return unix.UtimesNanoAt(unix.AT_FDCWD, "f", []unix.Timespec{ts, ts}, 0) })
		}
		c.fails(set(past), unix.EPERM)
		c.ok(set(unix.Timespec{Nsec: unix.UTIME_NOW}))
		c.ok(os.Chmod(p, 0o644))
		c.fails(set(unix.Timespec{Nsec: unix.UTIME_NOW}), unix.EACCES)
		c.give(p, alice)
		c.ok(set(past))
	}},
}
