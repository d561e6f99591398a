package mount

import (
	"context"
	"sync"
	"time"

	gofuse "github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"

	"github.com/wakefs/wakefs/fs"
)

var lockTypes = map[uint32]fs.LockType{unix.F_UNLCK: fs.Unlock, unix.F_RDLCK: fs.LockRead, unix.F_WRLCK: fs.LockWrite}

func lockOf(in *gofuse.LkIn) fs.Lock {
	return fs.Lock{
		Ino: fs.Ino(in.NodeId), Flock: in.LkFlags&gofuse.LK_FLOCK != 0, Owner: in.Owner, Type: lockTypes[in.Lk.Typ],
		Start: int64(in.Lk.Start), End: int64(min(in.Lk.End, fs.MaxSize)), PID: in.Lk.Pid,
	}
}

// GetLk implements gofuse.RawFileSystem.
func (m *Mount) GetLk(_ <-chan struct{}, in *gofuse.LkIn, out *gofuse.LkOut) gofuse.Status {
	l, err := m.c.Meta().TestLock(background, lockOf(in))
	if err != nil {
		return m.status("getlk", in.NodeId, err)
	}
	out.Lk = gofuse.FileLock{Start: uint64(l.Start), End: uint64(l.End), Typ: unix.F_UNLCK, Pid: l.PID}
	for typ, t := range lockTypes {
		if t == l.Type {
			out.Lk.Typ = typ
		}
	}
	return gofuse.OK
}

// SetLk implements gofuse.RawFileSystem.
func (m *Mount) SetLk(_ <-chan struct{}, in *gofuse.LkIn) gofuse.Status {
	return m.lock(background, in, lockOf(in))
}

// SetLkw implements gofuse.RawFileSystem: it waits, until a signal interrupts the caller.
func (m *Mount) SetLkw(cancel <-chan struct{}, in *gofuse.LkIn) gofuse.Status {
	l := lockOf(in)
	l.Wait = true
	return m.lock(interruptible{cancel}, in, l)
}

func (m *Mount) lock(ctx context.Context, in *gofuse.LkIn, l fs.Lock) gofuse.Status {
	if l.Type != fs.Unlock { // noted first, so that a close that comes meanwhile lets go of it
		m.locks.note(l.Ino, owner{l.Owner, l.Flock}, in.Fh)
	}
	return m.status("setlk", in.NodeId, m.c.Meta().Lock(ctx, l))
}

// unlock lets go of all that an owner has locked of a file: the kernel leaves that to
// us when a descriptor is closed.
func (m *Mount) unlock(ino fs.Ino, w owner) {
	if !m.locks.forget(ino, w) {
		return
	}
	l := fs.Lock{Ino: ino, Flock: w.flock, Owner: w.id, Type: fs.Unlock, End: fs.MaxSize}
	if err := m.c.Meta().Lock(background, l); err != nil {
		m.log.Error("a lock could not be released at close", "ino", ino, "err", err)
	}
}

// owner is an owner of locks.
type owner struct {
	id    uint64
	flock bool
}

// lockTable remembers who may hold locks, and through which handle the last one was taken.
type lockTable struct {
	mu sync.Mutex
	m  map[fs.Ino]map[owner]uint64
}

func (t *lockTable) note(ino fs.Ino, w owner, fh uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.m == nil {
		t.m = make(map[fs.Ino]map[owner]uint64)
	}
	if t.m[ino] == nil {
		t.m[ino] = make(map[owner]uint64)
	}
	t.m[ino][w] = fh
}

// forget removes an owner and tells whether it was there.
func (t *lockTable) forget(ino fs.Ino, w owner) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.m[ino][w]; !ok {
		return false
	}
	delete(t.m[ino], w)
	if len(t.m[ino]) == 0 {
		delete(t.m, ino)
	}
	return true
}

// through returns the owners that locked through a handle.
func (t *lockTable) through(ino fs.Ino, fh uint64) []owner {
	t.mu.Lock()
	defer t.mu.Unlock()
	var owners []owner
	for w, x := range t.m[ino] {
		if x == fh {
			owners = append(owners, w)
		}
	}
	return owners
}

// interruptible is a context that ends when the kernel interrupts the request.
type interruptible struct{ cancel <-chan struct{} }

func (interruptible) Deadline() (time.Time, bool) { return time.Time{}, false }
func (interruptible) Value(any) any               { return nil }
func (c interruptible) Done() <-chan struct{}     { return c.cancel }
func (c interruptible) Err() error {
	select {
	case <-c.cancel:
		return context.Canceled
	default:
		return nil
	}
}
