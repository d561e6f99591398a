package posixtest

import (
	"os"

	"golang.org/x/sys/unix"
)

const (
	rd = int16(unix.F_RDLCK)
	wr = int16(unix.F_WRLCK)
	un = int16(unix.F_UNLCK)
)

// locked opens a new file here and in another process.
func (c *env) locked() (f *fd, peer *agent, theirs int) {
	c.Helper()
	p := c.file("f", "")
	peer = c.agent()
	return c.open(p, unix.O_RDWR), peer, peer.open(p, unix.O_RDWR)
}

var fcntlCases = []testCase{
	{"a write lock excludes other processes from its range only", func(c *env) {
		f, peer, fd := c.locked()
		c.ok(f.setlk(wr, 10, 10))
		c.fails(peer.setlk(fd, wr, 15, 1), refused...)
		c.fails(peer.setlk(fd, rd, 19, 5), refused...)
		c.fails(peer.setlk(fd, wr, 0, 0), refused...)
		c.ok(peer.setlk(fd, wr, 0, 10))
		c.ok(peer.setlk(fd, wr, 20, 0))
		c.fails(f.setlk(wr, 5, 1), refused...)
	}},
	{"read locks share and keep writers out", func(c *env) {
		f, peer, fd := c.locked()
		c.ok(f.setlk(rd, 0, 10))
		c.ok(peer.setlk(fd, rd, 5, 10))
		c.fails(peer.setlk(fd, wr, 5, 1), refused...)
		c.fails(f.setlk(wr, 0, 10), refused...)
		c.ok(f.setlk(wr, 0, 5))
	}},
	{"a process does not conflict with itself", func(c *env) {
		p := c.file("f", "")
		a, b := c.open(p, unix.O_RDWR), c.open(p, unix.O_RDWR)
		c.ok(a.setlk(wr, 0, 10))
		c.ok(b.setlk(wr, 5, 10))
		c.ok(b.setlk(rd, 0, 10))
	}},
	{"unlocking the middle splits, locking it again merges", func(c *env) {
		f, peer, fd := c.locked()
		c.ok(f.setlk(wr, 0, 12))
		c.ok(f.setlk(un, 4, 4))
		want(c, "locks", peer.freeUpTo(fd, 14), "wwww....wwww..")
		c.ok(f.setlk(wr, 4, 4))
		l := peer.getlk(fd, wr, 0, 0)
		want(c, "start of the merged lock", l.Start, 0)
		want(c, "length of the merged lock", l.Len, 12)
	}},
	{"changing the kind of a part splits into three", func(c *env) {
		f, peer, fd := c.locked()
		c.ok(f.setlk(wr, 0, 9))
		c.ok(f.setlk(rd, 3, 3))
		want(c, "locks", peer.freeUpTo(fd, 10), "wwwrrrwww.")
		c.ok(f.setlk(rd, 0, 5))
		want(c, "locks", peer.freeUpTo(fd, 10), "rrrrrrwww.")
	}},
	{"many small locks and holes are kept apart", func(c *env) {
		f, peer, fd := c.locked()
		for i := int64(0); i < 30; i += 3 {
			c.ok(f.setlk(wr, i, 1))
			c.ok(f.setlk(rd, i+1, 1))
		}
		want(c, "locks", peer.freeUpTo(fd, 30), "wr.wr.wr.wr.wr.wr.wr.wr.wr.wr.")
		c.ok(f.setlk(un, 5, 20))
		want(c, "locks", peer.freeUpTo(fd, 30), "wr.wr....................r.wr.")
	}},
	{"an upgrade keeps the old lock when it fails", func(c *env) {
		f, peer, fd := c.locked()
		c.ok(f.setlk(rd, 0, 10))
		c.ok(peer.setlk(fd, rd, 0, 10))
		c.fails(f.setlk(wr, 0, 10), refused...)
		c.ok(peer.setlk(fd, un, 0, 10))
		c.fails(peer.setlk(fd, wr, 0, 10), refused...)
		c.ok(f.setlk(wr, 0, 10))
	}},
	{"F_GETLK tells what is in the way and whose it is", func(c *env) {
		f, peer, fd := c.locked()
		want(c, "type when free", peer.getlk(fd, wr, 0, 0).Type, un)
		c.ok(f.setlk(wr, 100, 50))
		l := peer.getlk(fd, rd, 0, 0)
		want(c, "type", l.Type, wr)
		want(c, "start", l.Start, 100)
		want(c, "length", l.Len, 50)
		want(c, "process", int(l.Pid), os.Getpid())
		c.ok(f.setlk(rd, 100, 50))
		want(c, "type for a reader of a read lock", peer.getlk(fd, rd, 0, 0).Type, un)
	}},
	{"a length of 0 reaches to the end of all offsets", func(c *env) {
		f, peer, fd := c.locked()
		c.ok(f.setlk(wr, 1000, 0))
		c.fails(peer.setlk(fd, wr, 1<<62, 1), refused...)
		c.ok(peer.setlk(fd, wr, 999, 1))
		l := peer.getlk(fd, wr, 2000, 5)
		want(c, "start", l.Start, 1000)
		want(c, "length", l.Len, 0)
	}},
	{"ranges relative to the position, the end, and backwards", func(c *env) {
		f, peer, fd := c.locked()
		f.write([]byte("0123456789"))
		l := unix.Flock_t{Type: wr, Whence: unix.SEEK_END, Start: -4, Len: 2}
		c.ok(unix.FcntlFlock(uintptr(f.n), unix.F_SETLK, &l))
		f.seek(3, unix.SEEK_SET)
		l = unix.Flock_t{Type: rd, Whence: unix.SEEK_CUR, Start: 0, Len: -2}
		c.ok(unix.FcntlFlock(uintptr(f.n), unix.F_SETLK, &l))
		want(c, "locks", peer.freeUpTo(fd, 10), ".rr...ww..")
	}},
	{"closing any descriptor of the file drops the process's locks", func(c *env) {
		f, peer, fd := c.locked()
		c.ok(f.setlk(wr, 0, 0))
		c.open(c.p("f"), unix.O_RDONLY).close()
		c.ok(peer.setlk(fd, wr, 0, 0))
	}},
	{"closing another file drops nothing", func(c *env) {
		f, peer, fd := c.locked()
		c.ok(f.setlk(wr, 0, 0))
		c.open(c.file("g", ""), unix.O_RDWR).close()
		c.fails(peer.setlk(fd, wr, 0, 0), refused...)
	}},
	{"the locks go with the process", func(c *env) {
		f, peer, fd := c.locked()
		c.ok(peer.setlk(fd, wr, 0, 10))
		c.ok(peer.setlk(fd, rd, 20, 10))
		c.fails(f.setlk(wr, 0, 0), refused...)
		peer.exit()
		c.eventually("the locks are free after exit", func() bool { return f.setlk(wr, 0, 0) == nil })
	}},
	{"locks need the access mode", func(c *env) {
		p := c.file("f", "")
		c.fails(c.open(p, unix.O_RDONLY).setlk(wr, 0, 1), unix.EBADF)
		c.fails(c.open(p, unix.O_WRONLY).setlk(rd, 0, 1), unix.EBADF)
	}},
	{"a waiter gets the lock when it is free", func(c *env) {
		f, peer, fd := c.locked()
		c.ok(f.setlk(wr, 0, 10))
		waiting := peer.begin(request{Op: opFcntl, FD: fd, Flags: unix.F_SETLKW, Lock: lockRange(wr, 5, 10)})
		peer.waitBlocked(waiting)
		c.ok(f.setlk(un, 0, 5)) // not yet what the waiter needs
		peer.waitBlocked(waiting)
		c.ok(f.setlk(un, 5, 5))
		c.ok(c.await(waiting).err())
		c.fails(f.setlk(wr, 14, 1), refused...)
	}},
	{"waiting readers all get the lock when the writer goes", func(c *env) {
		f, peer, fd := c.locked()
		c.ok(f.setlk(wr, 0, 0))
		second := c.agent()
		fd2 := second.open(c.p("f"), unix.O_RDWR)
		lock := request{Op: opFcntl, Flags: unix.F_SETLKW, Lock: lockRange(rd, 0, 0)}
		lock.FD = fd
		w1 := peer.begin(lock)
		lock.FD = fd2
		w2 := second.begin(lock)
		peer.waitBlocked(w1)
		second.waitBlocked(w2)
		f.close() // releases like an unlock
		c.ok(c.await(w1).err())
		c.ok(c.await(w2).err())
	}},
	{"a waiter is interrupted by a signal", func(c *env) {
		f, peer, fd := c.locked()
		c.ok(f.setlk(wr, 0, 0))
		c.fails(peer.interrupted(request{Op: opFcntl, FD: fd, Flags: unix.F_SETLKW, Lock: lockRange(wr, 0, 0)}), unix.EINTR)
		c.ok(f.setlk(un, 0, 0))
		c.ok(f.setlk(wr, 0, 0)) // the interrupted waiter left nothing behind
	}},
	{"a waiter is freed by the end of the holder", func(c *env) {
		_, peer, fd := c.locked()
		second := c.agent()
		fd2 := second.open(c.p("f"), unix.O_RDWR)
		c.ok(peer.setlk(fd, wr, 0, 0))
		waiting := second.begin(request{Op: opFcntl, FD: fd2, Flags: unix.F_SETLKW, Lock: lockRange(wr, 0, 0)})
		second.waitBlocked(waiting)
		peer.exit()
		c.ok(c.await(waiting).err())
	}},
	{"locks survive unlink and rename of the file", func(c *env) {
		f, peer, fd := c.locked()
		c.ok(f.setlk(wr, 0, 0))
		c.ok(unix.Rename(c.p("f"), c.p("g")))
		c.fails(peer.setlk(fd, wr, 0, 0), refused...)
		c.ok(unix.Unlink(c.p("g")))
		c.fails(peer.setlk(fd, wr, 0, 0), refused...)
		f.close()
		c.ok(peer.setlk(fd, wr, 0, 0))
	}},
}

// ofd takes or drops a lock that belongs to the open file description.
func (f *fd) ofd(kind int16, start, length int64) error {
	return f.fcntl(unix.F_OFD_SETLK, kind, start, length)
}

var ofdCases = []testCase{
	{"belong to the open, also within a process", func(c *env) {
		p := c.file("f", "")
		a, b := c.open(p, unix.O_RDWR), c.open(p, unix.O_RDWR)
		c.ok(a.ofd(wr, 0, 10))
		c.fails(b.ofd(wr, 5, 1), refused...)
		c.ok(b.ofd(wr, 10, 1))
		c.ok(a.ofd(un, 0, 10))
		c.ok(b.ofd(wr, 5, 1))
	}},
	{"conflict with the locks of processes", func(c *env) {
		f, peer, fd := c.locked()
		c.ok(f.ofd(wr, 0, 10))
		c.fails(peer.setlk(fd, rd, 0, 1), refused...)
		c.fails(f.setlk(wr, 0, 1), refused...)
	}},
	{"stay when another descriptor of the file is closed", func(c *env) {
		f, peer, fd := c.locked()
		c.ok(f.ofd(wr, 0, 0))
		c.open(c.p("f"), unix.O_RDONLY).close()
		c.fails(peer.setlk(fd, wr, 0, 0), refused...)
	}},
	{"go with the last descriptor of the open", func(c *env) {
		p := c.file("f", "")
		a, b := c.open(p, unix.O_RDWR), c.open(p, unix.O_RDWR)
		n, err := unix.Dup(a.n)
		c.ok(err)
		dup := c.adopt(n)
		c.ok(a.ofd(wr, 0, 0))
		a.close()
		c.fails(b.ofd(wr, 0, 0), refused...)
		dup.close()
		c.eventually("the lock is free after the last close", func() bool { return b.ofd(wr, 0, 0) == nil })
	}},
}
