package meta

import (
	"context"
	"fmt"

	"github.com/wakefs/wakefs/fs"
)

// posix is a POSIX lock of bytes start to end, both inclusive.
func posix(ino fs.Ino, owner uint64, typ fs.LockType, start, end int64) fs.Lock {
	return fs.Lock{Ino: ino, Owner: owner, Type: typ, Start: start, End: end, PID: uint32(owner)}
}

func flock(ino fs.Ino, owner uint64, typ fs.LockType) fs.Lock {
	return fs.Lock{Ino: ino, Owner: owner, Type: typ, Flock: true, End: fs.MaxSize}
}

func testLocks(e *env) {
	const (
		r = fs.LockRead
		w = fs.LockWrite
		u = fs.Unlock
	)
	type step struct {
		session int
		lock    fs.Lock
		kind    fs.Kind // KindLast: it is granted
	}
	granted, held := fs.KindLast, fs.KindWouldBlock
	tests := []struct {
		name  string
		steps []step
	}{
		{"readers share", []step{{0, posix(1, 1, r, 0, 9), granted}, {0, posix(1, 2, r, 5, 20), granted}, {1, posix(1, 1, w, 5, 5), held}}},
		{"writers exclude", []step{{0, posix(1, 1, w, 0, 9), granted}, {0, posix(1, 2, r, 9, 9), held}, {1, posix(1, 1, w, 10, 20), granted}}},
		{"sessions are different owners", []step{{0, posix(1, 1, w, 0, 9), granted}, {1, posix(1, 1, w, 0, 9), held}}},
		{"files are different", []step{{0, posix(1, 1, w, 0, 9), granted}, {1, posix(2, 1, w, 0, 9), granted}}},
		{"upgrade", []step{{0, posix(1, 1, r, 0, 9), granted}, {0, posix(1, 1, w, 3, 5), granted}, {1, posix(1, 1, r, 4, 4), held}, {1, posix(1, 1, r, 0, 2), granted}, {1, posix(1, 1, r, 6, 9), granted}}},
		{"upgrade is refused", []step{{0, posix(1, 1, r, 0, 9), granted}, {1, posix(1, 1, r, 0, 9), granted}, {0, posix(1, 1, w, 0, 9), held}, {1, posix(1, 1, u, 0, 9), granted}, {0, posix(1, 1, w, 0, 9), granted}}},
		{"downgrade", []step{{0, posix(1, 1, w, 0, 9), granted}, {0, posix(1, 1, r, 0, 9), granted}, {1, posix(1, 1, r, 0, 9), granted}}},
		{"unlock splits", []step{{0, posix(1, 1, w, 0, 99), granted}, {0, posix(1, 1, u, 40, 59), granted}, {1, posix(1, 1, w, 40, 59), granted}, {1, posix(1, 1, w, 39, 39), held}, {1, posix(1, 1, w, 60, 60), held}}},
		{"neighbours merge", []step{{0, posix(1, 1, w, 0, 4), granted}, {0, posix(1, 1, w, 5, 9), granted}, {0, posix(1, 1, u, 3, 6), granted}, {1, posix(1, 1, w, 3, 6), granted}, {1, posix(1, 1, w, 7, 7), held}}},
		{"to the end", []step{{0, posix(1, 1, w, 10, fs.MaxSize), granted}, {1, posix(1, 1, w, fs.MaxSize, fs.MaxSize), held}, {1, posix(1, 1, w, 0, 9), granted}}},
		{"unlock of nothing", []step{{0, posix(1, 1, u, 0, 9), granted}}},
		{"bad range", []step{{0, posix(1, 1, w, 9, 8), fs.KindInvalid}, {0, posix(1, 1, w, -1, 8), fs.KindInvalid}}},
		{"flock excludes", []step{{0, flock(1, 1, w), granted}, {0, flock(1, 2, r), held}, {1, flock(1, 1, r), held}, {0, flock(1, 1, u), granted}, {1, flock(1, 1, r), granted}, {0, flock(1, 2, r), granted}}},
		{"flock converts", []step{{0, flock(1, 1, r), granted}, {0, flock(1, 1, w), granted}, {1, flock(1, 1, r), held}, {0, flock(1, 1, r), granted}, {1, flock(1, 1, r), granted}}},
		{"flock and POSIX do not meet", []step{{0, flock(1, 1, w), granted}, {1, posix(1, 1, w, 0, 9), granted}}},
	}
	for i, test := range tests {
		sessions := []fs.Meta{e.session(fmt.Sprint(i, "a")), e.session(fmt.Sprint(i, "b"))}
		for k, s := range test.steps {
			s.lock.Ino += fs.Ino(i * 10)
			err := sessions[s.session].Lock(e.ctx, s.lock)
			if s.kind == granted && err != nil || s.kind != granted && fs.KindOf(err) != s.kind {
				e.Errorf("%s, step %d: %v", test.name, k, err)
			}
		}
		for _, m := range sessions {
			e.ok(m.Close(e.ctx))
		}
	}
	m := e.session("a")
	e.ok(m.Lock(e.ctx, posix(1, 7, w, 10, 19)))
	got, err := m.TestLock(e.ctx, posix(1, 8, r, 0, 15))
	e.ok(err)
	if got.Type != w || got.Start != 10 || got.End != 19 || got.PID != 7 {
		e.Errorf("the lock in the way is %+v", got)
	}
	if got, err := m.TestLock(e.ctx, posix(1, 7, w, 0, 15)); err != nil || got.Type != u {
		e.Errorf("an own lock is in the way: %+v, %v", got, err)
	}
}

// lockLater asks for a lock that has to wait and returns how it ends.
func (e *env) lockLater(ctx context.Context, m fs.Meta, l fs.Lock) <-chan error {
	l.Wait = true
	done := make(chan error, 1)
	go func() { done <- m.Lock(ctx, l) }()
	return done
}

func testLockWaits(e *env) {
	a, b := e.session("a"), e.session("b")
	e.ok(a.Lock(e.ctx, posix(1, 1, fs.LockWrite, 0, 9)))
	first := e.lockLater(e.ctx, b, posix(1, 1, fs.LockWrite, 0, 4))
	second := e.lockLater(e.ctx, b, posix(1, 2, fs.LockWrite, 5, 9))
	ctx, cancel := context.WithCancel(e.ctx)
	given := e.lockLater(ctx, b, posix(1, 3, fs.LockRead, 0, 9))
	cancel()
	e.is(settles(e, "a lock given up", given), fs.KindInterrupted)
	e.ok(a.Lock(e.ctx, posix(1, 1, fs.Unlock, 0, 4)))
	e.ok(settles(e, "the first lock", first))
	select {
	case err := <-second:
		e.Errorf("the second lock was granted too: %v", err)
	default:
	}
	e.ok(a.Lock(e.ctx, posix(1, 1, fs.Unlock, 5, 9)))
	e.ok(settles(e, "the second lock", second))
	// The one given up holds nothing and blocks nobody.
	e.ok(b.Lock(e.ctx, posix(1, 1, fs.Unlock, 0, 9)))
	e.ok(b.Lock(e.ctx, posix(1, 2, fs.Unlock, 0, 9)))
	e.ok(a.Lock(e.ctx, posix(1, 1, fs.LockWrite, 0, 9)))
}

// testLockDeadlock closes a cycle of three owners in two sessions: whoever comes last is refused, and when it
// lets go the others get what they wait for, one after the other.
func testLockDeadlock(e *env) {
	a, b := e.session("a"), e.session("b")
	owners := []struct {
		m     fs.Meta
		owner uint64
	}{{a, 1}, {b, 1}, {b, 2}}
	lock := func(who int, file int, typ fs.LockType) fs.Lock {
		return posix(fs.Ino(file%3+1), owners[who].owner, typ, 0, 0)
	}
	var waits [3]<-chan error
	for i, o := range owners {
		e.ok(o.m.Lock(e.ctx, lock(i, i, fs.LockWrite)))
	}
	for i, o := range owners { // each wants what the next one has
		waits[i] = e.lockLater(e.ctx, o.m, lock(i, i+1, fs.LockWrite))
	}
	var err error
	refused := -1
	e.eventually("the cycle is found", func() bool {
		for i, w := range waits {
			select {
			case err = <-w:
				refused = i
				return true
			default:
			}
		}
		return false
	})
	e.is(err, fs.KindDeadlock)
	for n := range 2 {
		holder := (refused - n + 3) % 3
		e.ok(owners[holder].m.Lock(e.ctx, lock(holder, holder, fs.Unlock)))
		waiter := (holder + 2) % 3
		e.ok(settles(e, "a lock of the broken cycle", waits[waiter]))
	}
}

func testLocksEndWithSession(e *env) {
	a, b := e.session("a"), e.session("b")
	e.ok(a.Lock(e.ctx, flock(1, 1, fs.LockWrite)))
	e.ok(a.Lock(e.ctx, posix(1, 1, fs.LockWrite, 0, 9)))
	one := e.lockLater(e.ctx, b, flock(1, 1, fs.LockWrite))
	two := e.lockLater(e.ctx, b, posix(1, 1, fs.LockWrite, 0, 9))
	e.ok(a.Close(e.ctx))
	e.ok(settles(e, "flock", one))
	e.ok(settles(e, "POSIX lock", two))
}
