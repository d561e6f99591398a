package disk

import (
	"fmt"
	"io"
	iofs "io/fs"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// sector is the unit in which unsynced data survives a crash or does not.
const sector = 512

// Mem is a disk in memory that can crash. It is stricter than any real file system:
// only what was synced is sure to survive Crash.
type Mem struct {
	mu       sync.Mutex
	root     *memNode
	epoch    int      // counts crashes; handles of an earlier epoch are dead
	journal  []nameOp // changes of names since the last sync of their directories
	locks    map[string]bool
	capacity int64 // bytes of file data; 0 is no limit
	used     int64
	vanished bool
	syncs    int
}

var _ FS = (*Mem)(nil)

// NewMem returns an empty disk.
func NewMem() *Mem {
	return &Mem{root: newMemDir(), locks: make(map[string]bool)}
}

// memNode is a file or a directory. Mem.mu guards all of it.
type memNode struct {
	dir      bool
	modified time.Time

	// A directory's names, now and as of its last sync.
	names, durable map[string]*memNode

	// A file's data, now and as of its last sync; dirty are the sectors that differ.
	data, synced []byte
	dirty        map[int64]struct{}
	links        int
	open         int
}

func newMemDir() *memNode {
	return &memNode{dir: true, names: map[string]*memNode{}, durable: map[string]*memNode{}}
}

// nameOp is a change of names that is not durable yet.
type nameOp struct {
	dirs  [2]*memNode // the directories it touches
	apply func()      // makes it durable
}

// SetCapacity limits the bytes of all files. Holes count as data until punched at
// the end of a file; names take no space.
func (m *Mem) SetCapacity(bytes int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.capacity = bytes
}

// Vanish makes the disk disappear, as a directory that is removed or unplugged.
func (m *Mem) Vanish() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.vanished = true
}

// Syncs counts the file syncs so far.
func (m *Mem) Syncs() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.syncs
}

// Crash loses power: each unsynced sector of a file survives or is lost by a coin's
// flip, of the unsynced changes of names a random prefix survives, all handles die
// and all locks are free. A nil rng loses all that was not synced.
func (m *Mem) Crash(rng *rand.Rand) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.epoch++
	clear(m.locks)
	if rng != nil && len(m.journal) > 0 {
		for _, op := range m.journal[:rng.IntN(len(m.journal)+1)] {
			op.apply()
		}
	}
	m.journal = nil
	m.used = 0
	seen := make(map[*memNode]bool)
	m.crashLocked(m.root, rng, seen)
}

func (m *Mem) crashLocked(n *memNode, rng *rand.Rand, seen map[*memNode]bool) {
	if !n.dir {
		n.links++
	}
	if seen[n] {
		return
	}
	seen[n] = true
	if !n.dir {
		n.links, n.open = 1, 0
		n.crashData(rng)
		m.used += int64(len(n.data))
		return
	}
	n.names = make(map[string]*memNode, len(n.durable))
	for _, name := range sortedNames(n.durable) {
		n.names[name] = n.durable[name]
		m.crashLocked(n.durable[name], rng, seen)
	}
}

func (n *memNode) crashData(rng *rand.Rand) {
	lost := slices.Clone(n.synced)
	if rng != nil {
		if len(n.data) != len(lost) && rng.IntN(2) == 0 {
			lost = resize(lost, len(n.data))
		}
		dirty := make([]int64, 0, len(n.dirty))
		for s := range n.dirty {
			dirty = append(dirty, s)
		}
		slices.Sort(dirty)
		for _, s := range dirty {
			if rng.IntN(2) == 0 {
				copySector(lost, n.data, s)
			}
		}
	}
	n.data, n.synced = lost, slices.Clone(lost)
	n.dirty = nil
}

func copySector(dst, src []byte, s int64) {
	from := s * sector
	if from < int64(len(dst)) && from < int64(len(src)) {
		copy(dst[from:min(from+sector, int64(len(dst)))], src[from:min(from+sector, int64(len(src)))])
	}
}

func resize(b []byte, n int) []byte {
	if n <= len(b) {
		return b[:n]
	}
	if n <= cap(b) {
		old := len(b)
		b = b[:n]
		clear(b[old:])
		return b
	}
	grown := make([]byte, n, max(n, 2*len(b)))
	copy(grown, b)
	return grown
}

func sortedNames(m map[string]*memNode) []string {
	list := make([]string, 0, len(m))
	for name := range m {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// walkLocked finds a node.
func (m *Mem) walkLocked(op, name string) (*memNode, error) {
	c, err := clean(op, name)
	if err != nil {
		return nil, err
	}
	if m.vanished {
		return nil, fs.E(op, fs.KindNotFound, name, iofs.ErrNotExist)
	}
	n := m.root
	if c == "." {
		return n, nil
	}
	for part := range strings.SplitSeq(c, "/") {
		if !n.dir {
			return nil, wrap(op, name, syscall.ENOTDIR)
		}
		n = n.names[part]
		if n == nil {
			return nil, fs.E(op, fs.KindNotFound, name, iofs.ErrNotExist)
		}
	}
	return n, nil
}

// parentLocked finds the directory of a name that need not exist.
func (m *Mem) parentLocked(op, name string) (dir *memNode, base string, err error) {
	c, err := clean(op, name)
	if err != nil {
		return nil, "", err
	}
	if c == "." {
		return nil, "", wrap(op, name, syscall.EINVAL)
	}
	dir, err = m.walkLocked(op, path.Dir(c))
	if err != nil {
		return nil, "", err
	}
	if !dir.dir {
		return nil, "", wrap(op, name, syscall.ENOTDIR)
	}
	return dir, path.Base(c), nil
}

// setLocked puts a node, or none, under a name, now and in the journal.
func (m *Mem) setLocked(dir *memNode, base string, n *memNode) nameOp {
	if old := dir.names[base]; old != nil && !old.dir {
		old.links--
		m.forgetLocked(old)
	}
	if n == nil {
		delete(dir.names, base)
	} else {
		dir.names[base] = n
		n.links++
	}
	return nameOp{dirs: [2]*memNode{dir, dir}, apply: func() {
		if n == nil {
			delete(dir.durable, base)
		} else {
			dir.durable[base] = n
		}
	}}
}

// forgetLocked frees the space of a file without names and handles.
func (m *Mem) forgetLocked(n *memNode) {
	if n.links == 0 && n.open == 0 && !n.dir {
		m.used -= int64(len(n.data))
	}
}

// OpenFile implements FS.
func (m *Mem) OpenFile(name string, flag Flag) (File, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	dir, base, err := m.parentLocked("open", name)
	if err != nil {
		return nil, err
	}
	n := dir.names[base]
	switch {
	case n == nil && flag&Create == 0:
		return nil, fs.E("open", fs.KindNotFound, name, iofs.ErrNotExist)
	case n == nil:
		n = &memNode{modified: time.Now()}
		m.journal = append(m.journal, m.setLocked(dir, base, n))
	case flag&(Create|Exclusive) == Create|Exclusive:
		return nil, fs.E("open", fs.KindExists, name, iofs.ErrExist)
	case n.dir:
		return nil, wrap("open", name, syscall.EISDIR)
	}
	if flag&Truncate != 0 {
		m.resizeLocked(n, 0)
	}
	n.open++
	return &memFile{m: m, n: n, name: name, epoch: m.epoch, write: flag&ReadWrite != 0}, nil
}

// Rename implements FS.
func (m *Mem) Rename(oldname, newname string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.walkLocked("rename", oldname)
	if err != nil {
		return err
	}
	from, oldbase, err := m.parentLocked("rename", oldname)
	if err != nil {
		return err
	}
	to, newbase, err := m.parentLocked("rename", newname)
	if err != nil {
		return err
	}
	old := to.names[newbase]
	switch {
	case old == n:
		return nil
	case old != nil && old.dir != n.dir:
		return wrap("rename", newname, syscall.EISDIR)
	case old != nil && old.dir && len(old.names) > 0:
		return wrap("rename", newname, syscall.ENOTEMPTY)
	}
	add := m.setLocked(to, newbase, n)
	del := m.setLocked(from, oldbase, nil)
	m.journal = append(m.journal, nameOp{dirs: [2]*memNode{from, to}, apply: func() { add.apply(); del.apply() }})
	return nil
}

// Link implements FS.
func (m *Mem) Link(oldname, newname string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.walkLocked("link", oldname)
	if err != nil {
		return err
	}
	if n.dir {
		return wrap("link", oldname, syscall.EPERM)
	}
	dir, base, err := m.parentLocked("link", newname)
	if err != nil {
		return err
	}
	if dir.names[base] != nil {
		return fs.E("link", fs.KindExists, newname, iofs.ErrExist)
	}
	m.journal = append(m.journal, m.setLocked(dir, base, n))
	return nil
}

// Remove implements FS.
func (m *Mem) Remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.walkLocked("remove", name)
	if err != nil {
		return err
	}
	if n.dir && len(n.names) > 0 {
		return wrap("remove", name, syscall.ENOTEMPTY)
	}
	dir, base, err := m.parentLocked("remove", name)
	if err != nil {
		return err
	}
	m.journal = append(m.journal, m.setLocked(dir, base, nil))
	return nil
}

// MkdirAll implements FS.
func (m *Mem) MkdirAll(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, err := clean("mkdir", name)
	if err != nil {
		return err
	}
	if _, err := m.walkLocked("mkdir", "."); err != nil {
		return err
	}
	n := m.root
	if c == "." {
		return nil
	}
	for part := range strings.SplitSeq(c, "/") {
		next := n.names[part]
		if next == nil {
			next = newMemDir()
			m.journal = append(m.journal, m.setLocked(n, part, next))
		}
		if !next.dir {
			return wrap("mkdir", name, syscall.ENOTDIR)
		}
		n = next
	}
	return nil
}

// ReadDir implements FS.
func (m *Mem) ReadDir(name string) ([]Info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.walkLocked("list", name)
	if err != nil {
		return nil, err
	}
	if !n.dir {
		return nil, wrap("list", name, syscall.ENOTDIR)
	}
	list := make([]Info, 0, len(n.names))
	for _, base := range sortedNames(n.names) {
		list = append(list, n.names[base].info(base))
	}
	return list, nil
}

// Stat implements FS.
func (m *Mem) Stat(name string) (Info, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.walkLocked("stat", name)
	if err != nil {
		return Info{}, err
	}
	return n.info(path.Base(path.Clean(name))), nil
}

func (n *memNode) info(base string) Info {
	return Info{Name: base, Size: int64(len(n.data)), Dir: n.dir, Links: uint64(n.links), Modified: n.modified}
}

// SyncDir implements FS.
func (m *Mem) SyncDir(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.walkLocked("sync directory", name)
	if err != nil {
		return err
	}
	if !n.dir {
		return wrap("sync directory", name, syscall.ENOTDIR)
	}
	m.journal = slices.DeleteFunc(m.journal, func(op nameOp) bool {
		hit := op.dirs[0] == n || op.dirs[1] == n
		if hit {
			op.apply()
		}
		return hit
	})
	return nil
}

// Lock implements FS.
func (m *Mem) Lock(name string) (io.Closer, error) {
	f, err := m.OpenFile(name, ReadWrite|Create)
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c := path.Clean(name)
	if m.locks[c] {
		return nil, lockedBy(name, "of this memory")
	}
	m.locks[c] = true
	return &memLock{m: m, name: c, epoch: m.epoch}, nil
}

type memLock struct {
	m     *Mem
	name  string
	epoch int
}

func (l *memLock) Close() error {
	l.m.mu.Lock()
	defer l.m.mu.Unlock()
	if l.epoch == l.m.epoch {
		delete(l.m.locks, l.name)
	}
	return nil
}

// Space implements FS.
func (m *Mem) Space() (Space, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	total := m.capacity
	if total == 0 {
		total = 1 << 40
	}
	return Space{Total: uint64(total), Free: uint64(max(0, total-m.used))}, nil
}

// Check implements FS.
func (m *Mem) Check() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.vanished {
		return fs.Errorf("check disk", fs.KindUnavailable, "memory", "the directory has vanished")
	}
	return nil
}

// resizeLocked sets a file's size; KindNoSpace if it would exceed the capacity.
func (m *Mem) resizeLocked(n *memNode, size int64) error {
	grow := size - int64(len(n.data))
	if grow > 0 && m.capacity > 0 && m.used+grow > m.capacity {
		return wrap("write", "", fmt.Errorf("memory disk of %d bytes: %w", m.capacity, syscall.ENOSPC))
	}
	for s := min(size, int64(len(n.data))) / sector; s*sector < max(size, int64(len(n.data))); s++ {
		n.markDirty(s)
	}
	n.data = resize(n.data, int(size))
	m.used += grow
	return nil
}

func (n *memNode) markDirty(s int64) {
	if n.dirty == nil {
		n.dirty = make(map[int64]struct{})
	}
	n.dirty[s] = struct{}{}
}
