package disk

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/wakefs/wakefs/fs"
)

// Real is a directory of the machine.
type Real struct {
	dir  string   // immutable
	root *os.File // the directory as it was opened, to notice when it is replaced
}

var _ FS = (*Real)(nil)

// OpenReal opens an existing directory.
func OpenReal(dir string) (*Real, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, wrap("open directory", dir, err)
	}
	root, err := os.OpenFile(abs, os.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, wrap("open directory", abs, err)
	}
	return &Real{dir: abs, root: root}, nil
}

// MakeReal opens a directory and makes it, durably, if it is missing. It is readable
// by its owner only.
func MakeReal(dir string) (*Real, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, wrap("make directory", dir, err)
	}
	if err := mkdirAll(abs); err != nil {
		return nil, wrap("make directory", abs, err)
	}
	return OpenReal(abs)
}

// Dir is the directory's absolute path.
func (r *Real) Dir() string { return r.dir }

// Close gives the directory back. No other method may be called afterwards; open
// files stay usable.
func (r *Real) Close() error { return wrap("close directory", r.dir, r.root.Close()) }

func (r *Real) path(op, name string) (string, error) {
	c, err := clean(op, name)
	if err != nil {
		return "", err
	}
	return filepath.Join(r.dir, c), nil
}

// OpenFile implements FS.
func (r *Real) OpenFile(name string, flag Flag) (File, error) {
	p, err := r.path("open", name)
	if err != nil {
		return nil, err
	}
	how := os.O_RDONLY
	if flag&ReadWrite != 0 {
		how = os.O_RDWR
	}
	if flag&Create != 0 {
		how |= os.O_CREATE
	}
	if flag&Exclusive != 0 {
		how |= os.O_EXCL
	}
	if flag&Truncate != 0 {
		how |= os.O_TRUNC
	}
	f, err := os.OpenFile(p, how, 0o600)
	if err != nil {
		return nil, wrap("open", name, err)
	}
	return &realFile{f: f, fd: int(f.Fd()), name: name}, nil
}

// Rename implements FS.
func (r *Real) Rename(oldname, newname string) error {
	from, err := r.path("rename", oldname)
	if err != nil {
		return err
	}
	to, err := r.path("rename", newname)
	if err != nil {
		return err
	}
	return wrap("rename", oldname, os.Rename(from, to))
}

// Link implements FS.
func (r *Real) Link(oldname, newname string) error {
	from, err := r.path("link", oldname)
	if err != nil {
		return err
	}
	to, err := r.path("link", newname)
	if err != nil {
		return err
	}
	return wrap("link", newname, os.Link(from, to))
}

// Remove implements FS.
func (r *Real) Remove(name string) error {
	p, err := r.path("remove", name)
	if err != nil {
		return err
	}
	return wrap("remove", name, os.Remove(p))
}

// MkdirAll implements FS.
func (r *Real) MkdirAll(name string) error {
	p, err := r.path("mkdir", name)
	if err != nil {
		return err
	}
	// Never make the root anew: it was there when it was opened, so it has vanished.
	if err := r.Check(); err != nil {
		return err
	}
	return wrap("mkdir", name, os.MkdirAll(p, 0o700))
}

// ReadDir implements FS.
func (r *Real) ReadDir(name string) ([]Info, error) {
	p, err := r.path("list", name)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(p)
	if err != nil {
		return nil, wrap("list", name, err)
	}
	list := make([]Info, 0, len(entries))
	for _, e := range entries {
		st, err := e.Info()
		if err != nil {
			if errors.Is(err, os.ErrNotExist) {
				continue // removed since the listing
			}
			return nil, wrap("list", name, err)
		}
		list = append(list, info(st))
	}
	return list, nil
}

// Stat implements FS.
func (r *Real) Stat(name string) (Info, error) {
	p, err := r.path("stat", name)
	if err != nil {
		return Info{}, err
	}
	st, err := os.Stat(p)
	if err != nil {
		return Info{}, wrap("stat", name, err)
	}
	return info(st), nil
}

func info(st os.FileInfo) Info {
	i := Info{Name: st.Name(), Size: st.Size(), Dir: st.IsDir(), Modified: st.ModTime()}
	if s, ok := st.Sys().(*syscall.Stat_t); ok {
		i.Links = uint64(s.Nlink)
	}
	return i
}

// SyncDir implements FS.
func (r *Real) SyncDir(name string) error {
	p, err := r.path("sync directory", name)
	if err != nil {
		return err
	}
	return wrap("sync directory", name, syncDir(p))
}

func syncDir(p string) error {
	d, err := os.Open(p)
	if err != nil {
		return err
	}
	err = d.Sync()
	if cerr := d.Close(); err == nil {
		err = cerr
	}
	return err
}

// mkdirAll makes a directory and those above it, each made durable by a sync of its
// parent.
func mkdirAll(p string) error {
	if st, err := os.Stat(p); err == nil {
		if !st.IsDir() {
			return syscall.ENOTDIR
		}
		return nil
	}
	parent := filepath.Dir(p)
	if parent != p {
		if err := mkdirAll(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(p, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return syncDir(parent)
}

// Lock implements FS. The lock is of the kind that ends with the process (flock), so
// a lock file left by a killed one is no hindrance.
func (r *Real) Lock(name string) (io.Closer, error) {
	p, err := r.path("lock", name)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(p, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, wrap("lock", name, err)
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		var holder [32]byte
		n, _ := f.ReadAt(holder[:], 0)
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, lockedBy(p, strings.TrimSpace(string(holder[:n])))
		}
		return nil, wrap("lock", name, err)
	}
	err = f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	// Who holds the lock is for people; on a full disk it stays unsaid.
	if err != nil && kindOf(err) != fs.KindNoSpace {
		f.Close()
		return nil, wrap("lock", name, err)
	}
	return f, nil
}

func lockedBy(name, pid string) error {
	if pid == "" {
		pid = "unknown"
	}
	return fs.Errorf("lock", fs.KindWouldBlock, name, "in use by process %s; stop it first", pid)
}

// Space implements FS.
func (r *Real) Space() (Space, error) {
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(r.root.Fd()), &st); err != nil {
		return Space{}, wrap("statfs", r.dir, err)
	}
	unit := uint64(st.Frsize)
	return Space{Total: st.Blocks * unit, Free: st.Bavail * unit}, nil
}

// Check implements FS.
func (r *Real) Check() error {
	var is, was unix.Stat_t
	if err := unix.Stat(r.dir, &is); err != nil {
		return fs.E("check disk", fs.KindUnavailable, r.dir, fmt.Errorf("the directory has vanished: %w", err))
	}
	if err := unix.Fstat(int(r.root.Fd()), &was); err != nil {
		return fs.E("check disk", fs.KindUnavailable, r.dir, err)
	}
	if is.Dev != was.Dev || is.Ino != was.Ino || was.Nlink == 0 {
		return fs.Errorf("check disk", fs.KindUnavailable, r.dir, "another directory is in its place")
	}
	return nil
}

// realFile is a file of Real. The descriptor is kept beside the os.File, which owns
// it, to reach the calls that package os lacks without its indirections.
type realFile struct {
	f    *os.File
	fd   int
	name string
}

func (f *realFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.f.ReadAt(p, off)
	if err != nil && err != io.EOF {
		err = wrap("read", f.name, err)
	}
	return n, err
}

func (f *realFile) WriteAt(p []byte, off int64) (int, error) {
	n, err := f.f.WriteAt(p, off)
	return n, wrap("write", f.name, err)
}

func (f *realFile) Close() error { return wrap("close", f.name, f.f.Close()) }

func (f *realFile) Sync() error {
	return wrap("sync", f.name, retry(func() error { return unix.Fdatasync(f.fd) }))
}

func (f *realFile) Truncate(size int64) error {
	return wrap("truncate", f.name, retry(func() error { return unix.Ftruncate(f.fd, size) }))
}

func (f *realFile) Preallocate(off, n int64) error {
	err := retry(func() error { return unix.Fallocate(f.fd, 0, off, n) })
	if !errors.Is(err, unix.EOPNOTSUPP) {
		return wrap("preallocate", f.name, err)
	}
	st, err := f.Stat()
	if err != nil || st.Size >= off+n {
		return err
	}
	return f.Truncate(off + n)
}

func (f *realFile) PunchHole(off, n int64) error {
	return wrap("punch hole", f.name, retry(func() error {
		return unix.Fallocate(f.fd, unix.FALLOC_FL_PUNCH_HOLE|unix.FALLOC_FL_KEEP_SIZE, off, n)
	}))
}

func (f *realFile) Stat() (Info, error) {
	var st unix.Stat_t
	if err := unix.Fstat(f.fd, &st); err != nil {
		return Info{}, wrap("stat", f.name, err)
	}
	return Info{
		Name: filepath.Base(f.name), Size: st.Size, Dir: st.Mode&unix.S_IFMT == unix.S_IFDIR,
		Links: uint64(st.Nlink), Modified: modified(&st),
	}, nil
}

func retry(call func() error) error {
	for {
		if err := call(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// vectors are kept so that a vectored call allocates nothing.
var vectors Freelist[[]unix.Iovec]

func (f *realFile) ReadV(bufs [][]byte, off int64) error {
	return f.vectored(unix.SYS_PREADV, "read", bufs, off)
}

func (f *realFile) WriteV(bufs [][]byte, off int64) error {
	return f.vectored(unix.SYS_PWRITEV, "write", bufs, off)
}
