package meta

import (
	"context"
	"slices"
	"sync"

	"github.com/wakefs/wakefs/fs"
)

// lockTable keeps flock(2) and POSIX record locks in the leader's memory: no Tx
// each, since databases take several per transaction. It is lost with the leader.
type lockTable struct {
	mu    sync.Mutex
	cause error // why it takes no locks; nil: this node leads
	files map[lockKey]*fileLocks
	// blocked counts the waiting requests of an owner's, to find deadlocks without
	// looking at every file.
	blocked map[lockOwner][]*lockWaiter
}

// lockKey tells one inode's two kinds of lock apart: they do not meet.
type lockKey struct {
	ino   fs.Ino
	flock bool
}

type lockOwner struct {
	session fs.SessionID
	owner   uint64
}

// heldLock is a granted range, both ends inclusive.
type heldLock struct {
	lockOwner
	typ        fs.LockType
	start, end int64
	pid        uint32
}

// fileLocks are sorted by start; waiters are in the order of their arrival.
type fileLocks struct {
	held    []heldLock
	waiters []*lockWaiter
}

type lockWaiter struct {
	key     lockKey
	want    heldLock
	granted chan error // buffered
}

func newLockTable() *lockTable {
	return &lockTable{files: map[lockKey]*fileLocks{}, blocked: map[lockOwner][]*lockWaiter{}}
}

// set takes or releases a lock for a session, as fs.Meta.Lock says.
func (t *lockTable) set(ctx context.Context, session fs.SessionID, l fs.Lock) error {
	key, want, err := lockRequest("lock", session, l)
	if err != nil {
		return err
	}
	t.mu.Lock()
	if t.cause != nil {
		defer t.mu.Unlock()
		return t.cause
	}
	f := t.files[key]
	if f == nil {
		f = &fileLocks{}
		t.files[key] = f
	}
	if _, blocked := f.conflict(want); !blocked {
		f.put(want)
		t.grantLocked(key, f) // an unlock or a downgrade may let others in
		t.mu.Unlock()
		return nil
	}
	if !l.Wait {
		t.mu.Unlock()
		return fs.E("lock", fs.KindWouldBlock, "", nil)
	}
	if !key.flock && t.deadlockLocked(key, want) {
		t.mu.Unlock()
		return fs.E("lock", fs.KindDeadlock, "", nil)
	}
	if key.flock { // flock(2) gives up the old lock when a conversion has to wait
		f.put(heldLock{lockOwner: want.lockOwner, typ: fs.Unlock, start: want.start, end: want.end})
		t.grantLocked(key, f)
	}
	w := &lockWaiter{key: key, want: want, granted: make(chan error, 1)}
	f.waiters = append(f.waiters, w)
	t.blocked[want.lockOwner] = append(t.blocked[want.lockOwner], w)
	t.mu.Unlock()

	select {
	case err := <-w.granted:
		return err
	case <-ctx.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	select {
	case err := <-w.granted: // granted just now
		return err
	default:
	}
	t.forgetWaiterLocked(w)
	return fs.E("lock", fs.KindInterrupted, "", ctx.Err())
}

// test returns a lock that would block l, or one with type Unlock.
func (t *lockTable) test(session fs.SessionID, l fs.Lock) (fs.Lock, error) {
	key, want, err := lockRequest("test lock", session, l)
	if err != nil {
		return fs.Lock{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if f := t.files[key]; f != nil {
		if h, blocked := f.conflict(want); blocked {
			return fs.Lock{Ino: l.Ino, Flock: l.Flock, Owner: h.owner, Type: h.typ, Start: h.start, End: h.end, PID: h.pid}, nil
		}
	}
	l.Type = fs.Unlock
	return l, nil
}

// release drops all locks and waits of a session.
func (t *lockTable) release(session fs.SessionID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for key, f := range t.files {
		for _, w := range slices.Clone(f.waiters) {
			if w.want.session == session {
				t.forgetWaiterLocked(w)
				w.granted <- fs.E("lock", fs.KindStale, "", nil)
			}
		}
		f.held = slices.DeleteFunc(f.held, func(h heldLock) bool { return h.session == session })
		t.grantLocked(key, f)
	}
}

// open begins to take locks.
func (t *lockTable) open() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cause = nil
}

// reset drops everything and takes no more locks: this node leads no longer.
func (t *lockTable) reset(cause error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cause = cause
	for _, f := range t.files {
		for _, w := range f.waiters {
			w.granted <- cause
		}
	}
	clear(t.files)
	clear(t.blocked)
}

func lockRequest(op string, session fs.SessionID, l fs.Lock) (lockKey, heldLock, error) {
	h := heldLock{lockOwner: lockOwner{session, l.Owner}, typ: l.Type, start: l.Start, end: l.End, pid: l.PID}
	if l.Flock {
		h.start, h.end = 0, fs.MaxSize
	}
	if l.Type > fs.LockWrite || h.start < 0 || h.end < h.start {
		return lockKey{}, h, fs.Errorf(op, fs.KindInvalid, "", "type %d of bytes %d to %d", l.Type, l.Start, l.End)
	}
	return lockKey{l.Ino, l.Flock}, h, nil
}

// conflict finds a lock of another owner that excludes want.
func (f *fileLocks) conflict(want heldLock) (heldLock, bool) {
	if want.typ == fs.Unlock {
		return heldLock{}, false
	}
	for _, h := range f.held {
		if h.start > want.end {
			break
		}
		if h.excludes(&want) {
			return h, true
		}
	}
	return heldLock{}, false
}

func (h *heldLock) excludes(w *heldLock) bool {
	return h.lockOwner != w.lockOwner && h.start <= w.end && w.start <= h.end &&
		(h.typ == fs.LockWrite || w.typ == fs.LockWrite)
}

// put makes the range the owner's with the new type: what the owner had there is cut
// away or split, and neighbours of the same type are merged.
func (f *fileLocks) put(n heldLock) {
	out := make([]heldLock, 0, len(f.held)+2)
	for _, h := range f.held {
		if h.lockOwner != n.lockOwner {
			out = append(out, h)
			continue
		}
		same := h.typ == n.typ
		if h.end < n.start && !(same && h.end+1 == n.start) || h.start > n.end && !(same && n.end+1 == h.start) {
			out = append(out, h) // elsewhere
			continue
		}
		if same {
			n.start, n.end = min(n.start, h.start), max(n.end, h.end)
			continue
		}
		if h.start < n.start {
			left := h
			left.end = n.start - 1
			out = append(out, left)
		}
		if h.end > n.end {
			right := h
			right.start = n.end + 1
			out = append(out, right)
		}
	}
	if n.typ != fs.Unlock {
		out = append(out, n)
	}
	slices.SortStableFunc(out, func(a, b heldLock) int {
		switch {
		case a.start < b.start:
			return -1
		case a.start > b.start:
			return 1
		}
		return 0
	})
	f.held = out
}

// grantLocked lets in the waiters that nothing excludes any more, the oldest first, and
// forgets a file without locks.
func (t *lockTable) grantLocked(key lockKey, f *fileLocks) {
	for again := true; again; {
		again = false
		for _, w := range f.waiters {
			if _, blocked := f.conflict(w.want); !blocked {
				t.dropWaiterLocked(f, w)
				f.put(w.want)
				w.granted <- nil
				again = true
				break
			}
		}
	}
	if len(f.held) == 0 && len(f.waiters) == 0 {
		delete(t.files, key)
	}
}

func (t *lockTable) dropWaiterLocked(f *fileLocks, w *lockWaiter) {
	f.waiters = slices.DeleteFunc(f.waiters, func(x *lockWaiter) bool { return x == w })
	o := w.want.lockOwner
	t.blocked[o] = slices.DeleteFunc(t.blocked[o], func(x *lockWaiter) bool { return x == w })
	if len(t.blocked[o]) == 0 {
		delete(t.blocked, o)
	}
}

func (t *lockTable) forgetWaiterLocked(w *lockWaiter) {
	if f := t.files[w.key]; f != nil {
		t.dropWaiterLocked(f, w)
		t.grantLocked(w.key, f)
	}
}

// deadlockLocked tells whether waiting for want would close a cycle: whether one of the owners
// it waits for waits, directly or through others, for want's owner.
func (t *lockTable) deadlockLocked(key lockKey, want heldLock) bool {
	seen := map[lockOwner]bool{}
	var reaches func(key lockKey, w heldLock) bool
	reaches = func(key lockKey, w heldLock) bool {
		f := t.files[key]
		if f == nil {
			return false
		}
		for i := range f.held {
			h := &f.held[i]
			if !h.excludes(&w) {
				continue
			}
			if h.lockOwner == want.lockOwner {
				return true
			}
			if seen[h.lockOwner] {
				continue
			}
			seen[h.lockOwner] = true
			for _, next := range t.blocked[h.lockOwner] {
				if !next.key.flock && reaches(next.key, next.want) {
					return true
				}
			}
		}
		return false
	}
	return reaches(key, want)
}
