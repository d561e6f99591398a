package posixtest

import (
	"golang.org/x/sys/unix"
)

func (a *agent) flock(fd, how int) error {
	a.c.Helper()
	return a.do(request{Op: opFlock, FD: fd, Flags: how}).err()
}

var flockCases = []testCase{
	{"an exclusive lock excludes other processes", func(c *env) {
		p := c.file("f", "")
		f, peer := c.open(p, unix.O_RDONLY), c.agent()
		fd := peer.open(p, unix.O_RDWR)
		c.ok(unix.Flock(f.n, unix.LOCK_EX))
		c.fails(peer.flock(fd, unix.LOCK_EX|unix.LOCK_NB), unix.EWOULDBLOCK)
		c.fails(peer.flock(fd, unix.LOCK_SH|unix.LOCK_NB), unix.EWOULDBLOCK)
		c.ok(unix.Flock(f.n, unix.LOCK_UN))
		c.ok(peer.flock(fd, unix.LOCK_EX|unix.LOCK_NB))
		c.fails(unix.Flock(f.n, unix.LOCK_SH|unix.LOCK_NB), unix.EWOULDBLOCK)
	}},
	{"shared locks share", func(c *env) {
		p := c.file("f", "")
		f, peer := c.open(p, unix.O_RDONLY), c.agent()
		fd := peer.open(p, unix.O_RDONLY)
		c.ok(unix.Flock(f.n, unix.LOCK_SH))
		c.ok(peer.flock(fd, unix.LOCK_SH|unix.LOCK_NB))
		c.fails(peer.flock(fd, unix.LOCK_EX|unix.LOCK_NB), unix.EWOULDBLOCK)
	}},
	{"locks belong to the open, also within a process", func(c *env) {
		p := c.file("f", "")
		a, b := c.open(p, unix.O_RDONLY), c.open(p, unix.O_RDONLY)
		c.ok(unix.Flock(a.n, unix.LOCK_EX))
		c.fails(unix.Flock(b.n, unix.LOCK_EX|unix.LOCK_NB), unix.EWOULDBLOCK)
		c.ok(unix.Flock(a.n, unix.LOCK_EX|unix.LOCK_NB))
	}},
	{"a lock is converted up and down", func(c *env) {
		p := c.file("f", "")
		a, b := c.open(p, unix.O_RDONLY), c.open(p, unix.O_RDONLY)
		c.ok(unix.Flock(a.n, unix.LOCK_SH))
		c.ok(unix.Flock(a.n, unix.LOCK_EX|unix.LOCK_NB))
		c.fails(unix.Flock(b.n, unix.LOCK_SH|unix.LOCK_NB), unix.EWOULDBLOCK)
		c.ok(unix.Flock(a.n, unix.LOCK_SH|unix.LOCK_NB))
		c.ok(unix.Flock(b.n, unix.LOCK_SH|unix.LOCK_NB))
	}},
	{"the lock goes with the last descriptor of the open", func(c *env) {
		p := c.file("f", "")
		a, b := c.open(p, unix.O_RDONLY), c.open(p, unix.O_RDONLY)
		n, err := unix.Dup(a.n)
		c.ok(err)
		dup := c.adopt(n)
		c.ok(unix.Flock(a.n, unix.LOCK_EX))
		a.close()
		c.fails(unix.Flock(b.n, unix.LOCK_EX|unix.LOCK_NB), unix.EWOULDBLOCK)
		dup.close()
		c.eventually("the lock is free after the last close", func() bool {
			return unix.Flock(b.n, unix.LOCK_EX|unix.LOCK_NB) == nil
		})
	}},
	{"the lock goes with the process", func(c *env) {
		p := c.file("f", "")
		f, peer := c.open(p, unix.O_RDONLY), c.agent()
		c.ok(peer.flock(peer.open(p, unix.O_RDONLY), unix.LOCK_EX))
		c.fails(unix.Flock(f.n, unix.LOCK_SH|unix.LOCK_NB), unix.EWOULDBLOCK)
		peer.exit()
		c.eventually("the lock is free after exit", func() bool {
			return unix.Flock(f.n, unix.LOCK_EX|unix.LOCK_NB) == nil
		})
	}},
	{"a waiter gets the lock when it is free", func(c *env) {
		p := c.file("f", "")
		f, peer := c.open(p, unix.O_RDONLY), c.agent()
		fd := peer.open(p, unix.O_RDONLY)
		c.ok(unix.Flock(f.n, unix.LOCK_EX))
		waiting := peer.begin(request{Op: opFlock, FD: fd, Flags: unix.LOCK_EX})
		peer.waitBlocked(waiting)
		c.ok(unix.Flock(f.n, unix.LOCK_UN))
		c.ok(c.await(waiting).err())
		c.fails(unix.Flock(f.n, unix.LOCK_SH|unix.LOCK_NB), unix.EWOULDBLOCK)
	}},
	{"a waiter is interrupted by a signal", func(c *env) {
		p := c.file("f", "")
		f, peer := c.open(p, unix.O_RDONLY), c.agent()
		fd := peer.open(p, unix.O_RDONLY)
		c.ok(unix.Flock(f.n, unix.LOCK_EX))
		c.fails(peer.interrupted(request{Op: opFlock, FD: fd, Flags: unix.LOCK_EX}), unix.EINTR)
		c.ok(unix.Flock(f.n, unix.LOCK_UN))
		c.ok(unix.Flock(f.n, unix.LOCK_EX|unix.LOCK_NB)) // the interrupted waiter left nothing behind
	}},
	{"flock and fcntl locks do not see each other", func(c *env) {
		p := c.file("f", "")
		f, peer := c.open(p, unix.O_RDWR), c.agent()
		c.ok(unix.Flock(f.n, unix.LOCK_EX))
		c.ok(peer.setlk(peer.open(p, unix.O_RDWR), unix.F_WRLCK, 0, 0))
	}},
	{"directories can be locked", func(c *env) {
		d := c.mkdir("d")
		a, b := c.open(d, unix.O_RDONLY), c.open(d, unix.O_RDONLY)
		c.ok(unix.Flock(a.n, unix.LOCK_EX))
		c.fails(unix.Flock(b.n, unix.LOCK_EX|unix.LOCK_NB), unix.EWOULDBLOCK)
	}},
}

// interrupted begins a request that must wait, and signals the waiting thread until it answers.
func (a *agent) interrupted(r request) error {
	a.c.Helper()
	waiting := a.begin(r)
	a.waitBlocked(waiting)
	a.c.eventually("the signal ends the wait", func() bool {
		a.c.ok(a.do(request{Op: opInterrupt}).err())
		return len(waiting) > 0
	})
	return (<-waiting).err()
}

// lockRange is the range [start, start+length) of a lock; a length of 0 reaches to infinity.
func lockRange(kind int16, start, length int64) unix.Flock_t {
	return unix.Flock_t{Type: kind, Whence: unix.SEEK_SET, Start: start, Len: length}
}

// setlk tries to lock without waiting.
func (a *agent) setlk(fd int, kind int16, start, length int64) error {
	a.c.Helper()
	return a.do(request{Op: opFcntl, FD: fd, Flags: unix.F_SETLK, Lock: lockRange(kind, start, length)}).err()
}

// getlk asks which lock would stand in the way.
func (a *agent) getlk(fd int, kind int16, start, length int64) unix.Flock_t {
	a.c.Helper()
	r := a.do(request{Op: opFcntl, FD: fd, Flags: unix.F_GETLK, Lock: lockRange(kind, start, length)})
	a.c.ok(r.err())
	return r.Lock
}

func (f *fd) fcntl(cmd int, kind int16, start, length int64) error {
	l := lockRange(kind, start, length)
	return unix.FcntlFlock(uintptr(f.n), cmd, &l)
}

func (f *fd) setlk(kind int16, start, length int64) error {
	return f.fcntl(unix.F_SETLK, kind, start, length)
}

// refused is what a conflicting F_SETLK may answer.
var refused = []unix.Errno{unix.EAGAIN, unix.EACCES}

// freeUpTo lists for each byte below n whether the agent could lock it for writing: '.' if so, 'r' or 'w' if another
// process's lock is in the way.
func (a *agent) freeUpTo(fd, n int) string {
	a.c.Helper()
	s := make([]byte, n)
	for i := range s {
		switch a.getlk(fd, unix.F_WRLCK, int64(i), 1).Type {
		case unix.F_UNLCK:
			s[i] = '.'
		case unix.F_RDLCK:
			s[i] = 'r'
		case unix.F_WRLCK:
			s[i] = 'w'
		}
	}
	return string(s)
}
