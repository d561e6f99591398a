package disk

import (
	"fmt"
	"io"
	"path"
	"sync"
	"syscall"

	"github.com/wakefs/wakefs/fs"
)

// Op names a call of FS or File, for a Fault to match.
type Op string

// The calls. ReadAt and ReadV are OpRead, WriteAt and WriteV are OpWrite.
const (
	OpAny         Op = ""
	OpOpen        Op = "open"
	OpRename      Op = "rename"
	OpLink        Op = "link"
	OpRemove      Op = "remove"
	OpMkdir       Op = "mkdir"
	OpReadDir     Op = "readdir"
	OpStat        Op = "stat"
	OpSyncDir     Op = "syncdir"
	OpLock        Op = "lock"
	OpSpace       Op = "space"
	OpCheck       Op = "check"
	OpRead        Op = "read"
	OpWrite       Op = "write"
	OpSync        Op = "sync"
	OpTruncate    Op = "truncate"
	OpPreallocate Op = "preallocate"
	OpPunch       Op = "punch"
	OpFileStat    Op = "fstat"
)

// Fault says which call goes wrong, and how.
type Fault struct {
	Op    Op     // which call; OpAny matches all
	Path  string // a pattern as of path.Match over the whole name; "" matches all
	Nth   int    // the first matching call that fails, from 1; 0 is 1
	Count int    // how many fail from there on; 0 is all

	Err   error  // what the call returns instead of being made; nil with Rot or Hook
	Rot   bool   // for OpRead: the call is made and one bit of what it read is flipped
	Hook  func() // is called before the call is made or refused, as to crash or to block
	calls int
}

// Faulty decorates an FS with faults. All methods may be called concurrently.
type Faulty struct {
	inner FS

	mu     sync.Mutex
	faults []*Fault
	left   int64 // bytes until the disk is full; negative is no limit
	calls  int
}

var _ FS = (*Faulty)(nil)

// NewFaulty decorates inner; without faults it changes nothing.
func NewFaulty(inner FS) *Faulty { return &Faulty{inner: inner, left: -1} }

// Add adds faults.
func (f *Faulty) Add(faults ...Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range faults {
		f.faults = append(f.faults, &faults[i])
	}
}

// FullAfter makes writes and preallocations fail with KindNoSpace once n more bytes
// have been written.
func (f *Faulty) FullAfter(n int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left = n
}

// Heal removes all faults.
func (f *Faulty) Heal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults, f.left = nil, -1
}

// Calls counts the calls so far, to enumerate them in a test.
func (f *Faulty) Calls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls
}

// hit decides what happens to a call.
func (f *Faulty) hit(op Op, name string) (rot bool, err error) {
	f.mu.Lock()
	f.calls++
	var hooks []func()
	for _, fault := range f.faults {
		if !fault.matches(op, name) {
			continue
		}
		fault.calls++
		nth := max(1, fault.Nth)
		if fault.calls < nth || (fault.Count > 0 && fault.calls >= nth+fault.Count) {
			continue
		}
		if fault.Hook != nil {
			hooks = append(hooks, fault.Hook)
		}
		rot = rot || fault.Rot
		if fault.Err != nil && err == nil {
			err = fs.E(string(op), injectedKind(fault.Err), name, fault.Err)
		}
	}
	f.mu.Unlock()
	for _, h := range hooks {
		h()
	}
	return rot, err
}

func (fault *Fault) matches(op Op, name string) bool {
	if fault.Op != OpAny && fault.Op != op {
		return false
	}
	if fault.Path == "" {
		return true
	}
	ok, err := path.Match(fault.Path, name)
	return ok && err == nil
}

func injectedKind(err error) fs.Kind {
	if k := kindOf(err); k != fs.KindOther {
		return k
	}
	return fs.KindOf(err)
}

// take accounts for n bytes to be written; a preallocation only asks.
func (f *Faulty) take(op Op, name string, n int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left < 0 {
		return nil
	}
	if n > f.left {
		return wrap(string(op), name, fmt.Errorf("injected: %w", syscall.ENOSPC))
	}
	if op == OpWrite {
		f.left -= n
	}
	return nil
}

// OpenFile implements FS.
func (f *Faulty) OpenFile(name string, flag Flag) (File, error) {
	if _, err := f.hit(OpOpen, name); err != nil {
		return nil, err
	}
	file, err := f.inner.OpenFile(name, flag)
	if err != nil {
		return nil, err
	}
	return &faultyFile{f: f, inner: file, name: path.Clean(name)}, nil
}

// Rename implements FS. Faults match the old name.
func (f *Faulty) Rename(oldname, newname string) error {
	if _, err := f.hit(OpRename, oldname); err != nil {
		return err
	}
	return f.inner.Rename(oldname, newname)
}

// Link implements FS. Faults match the new name.
func (f *Faulty) Link(oldname, newname string) error {
	if _, err := f.hit(OpLink, newname); err != nil {
		return err
	}
	return f.inner.Link(oldname, newname)
}

// Remove implements FS.
func (f *Faulty) Remove(name string) error {
	if _, err := f.hit(OpRemove, name); err != nil {
		return err
	}
	return f.inner.Remove(name)
}

// MkdirAll implements FS.
func (f *Faulty) MkdirAll(name string) error {
	if _, err := f.hit(OpMkdir, name); err != nil {
		return err
	}
	return f.inner.MkdirAll(name)
}

// ReadDir implements FS.
func (f *Faulty) ReadDir(name string) ([]Info, error) {
	if _, err := f.hit(OpReadDir, name); err != nil {
		return nil, err
	}
	return f.inner.ReadDir(name)
}

// Stat implements FS.
func (f *Faulty) Stat(name string) (Info, error) {
	if _, err := f.hit(OpStat, name); err != nil {
		return Info{}, err
	}
	return f.inner.Stat(name)
}

// SyncDir implements FS.
func (f *Faulty) SyncDir(name string) error {
	if _, err := f.hit(OpSyncDir, name); err != nil {
		return err
	}
	return f.inner.SyncDir(name)
}

// Lock implements FS.
func (f *Faulty) Lock(name string) (io.Closer, error) {
	if _, err := f.hit(OpLock, name); err != nil {
		return nil, err
	}
	return f.inner.Lock(name)
}

// Space implements FS.
func (f *Faulty) Space() (Space, error) {
	if _, err := f.hit(OpSpace, "."); err != nil {
		return Space{}, err
	}
	return f.inner.Space()
}

// Check implements FS.
func (f *Faulty) Check() error {
	if _, err := f.hit(OpCheck, "."); err != nil {
		return err
	}
	return f.inner.Check()
}

type faultyFile struct {
	f     *Faulty
	inner File
	name  string
}

func (h *faultyFile) ReadAt(p []byte, off int64) (int, error) {
	rot, err := h.f.hit(OpRead, h.name)
	if err != nil {
		return 0, err
	}
	n, err := h.inner.ReadAt(p, off)
	if rot && n > 0 {
		p[n/2] ^= 1
	}
	return n, err
}

func (h *faultyFile) ReadV(bufs [][]byte, off int64) error {
	rot, err := h.f.hit(OpRead, h.name)
	if err != nil {
		return err
	}
	err = h.inner.ReadV(bufs, off)
	if rot && err == nil {
		for _, b := range bufs {
			if len(b) > 0 {
				b[len(b)/2] ^= 1
				break
			}
		}
	}
	return err
}

func (h *faultyFile) WriteAt(p []byte, off int64) (int, error) {
	if _, err := h.f.hit(OpWrite, h.name); err != nil {
		return 0, err
	}
	if err := h.f.take(OpWrite, h.name, int64(len(p))); err != nil {
		return 0, err
	}
	return h.inner.WriteAt(p, off)
}

func (h *faultyFile) WriteV(bufs [][]byte, off int64) error {
	if _, err := h.f.hit(OpWrite, h.name); err != nil {
		return err
	}
	n := int64(0)
	for _, b := range bufs {
		n += int64(len(b))
	}
	if err := h.f.take(OpWrite, h.name, n); err != nil {
		return err
	}
	return h.inner.WriteV(bufs, off)
}

func (h *faultyFile) Sync() error {
	if _, err := h.f.hit(OpSync, h.name); err != nil {
		return err
	}
	return h.inner.Sync()
}

func (h *faultyFile) Truncate(size int64) error {
	if _, err := h.f.hit(OpTruncate, h.name); err != nil {
		return err
	}
	return h.inner.Truncate(size)
}

func (h *faultyFile) Preallocate(off, n int64) error {
	if _, err := h.f.hit(OpPreallocate, h.name); err != nil {
		return err
	}
	if err := h.f.take(OpPreallocate, h.name, n); err != nil {
		return err
	}
	return h.inner.Preallocate(off, n)
}

func (h *faultyFile) PunchHole(off, n int64) error {
	if _, err := h.f.hit(OpPunch, h.name); err != nil {
		return err
	}
	return h.inner.PunchHole(off, n)
}

func (h *faultyFile) Stat() (Info, error) {
	if _, err := h.f.hit(OpFileStat, h.name); err != nil {
		return Info{}, err
	}
	return h.inner.Stat()
}

func (h *faultyFile) Close() error { return h.inner.Close() }
