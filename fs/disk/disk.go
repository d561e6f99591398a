// Package disk is the seam between wakefs and the operating system's files. All that
// the storage parts keep goes through FS, so that a test can crash the disk at any
// write, fail exactly one call, fill the disk or rot a byte.
//
//   - Real is a directory of the machine
//   - Mem is in memory, and forgets at Crash what was not synced
//   - Faulty decorates either with faults
//
// Names are slash-separated paths relative to the root, as "index/000012.sst"; "."
// is the root itself. The bargain is POSIX's: written data is durable after
// File.Sync, a created, renamed or removed name after SyncDir of its directory.
// After a failed Sync nothing is known of what was written since the last good one,
// and a later Sync that succeeds proves nothing: whoever gets an error must not build
// on that file again.
package disk

import (
	"errors"
	"io"
	iofs "io/fs"
	"path"
	"strings"
	"syscall"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// Flag says how OpenFile opens.
type Flag uint8

// The flags may be combined; ReadOnly is their absence.
const (
	ReadOnly  Flag = 0
	ReadWrite Flag = 1 << iota
	Create         // make the file if it is missing
	Exclusive      // with Create: KindExists if it is there
	Truncate       // empty it
)

// FS is a directory tree. All methods may be called concurrently. Errors are
// *fs.Error: KindNotFound, KindExists, KindNotDir, KindIsDir, KindNotEmpty,
// KindAccess, KindReadOnly, KindNoSpace, and KindOther for an I/O error.
type FS interface {
	// OpenFile opens a file. The directory must exist.
	OpenFile(name string, flag Flag) (File, error)

	// Rename moves a file or directory and replaces a file of the new name, atomically.
	Rename(oldname, newname string) error

	// Link gives a file a second name. KindExists if the name is taken.
	Link(oldname, newname string) error

	// Remove removes a file or an empty directory.
	Remove(name string) error

	// MkdirAll makes a directory and those above it that are missing.
	MkdirAll(name string) error

	// ReadDir lists a directory, ordered by name.
	ReadDir(name string) ([]Info, error)

	// Stat describes a file or directory.
	Stat(name string) (Info, error)

	// SyncDir makes the names in a directory durable.
	SyncDir(name string) error

	// Lock takes an exclusive lock by a file of that name until the Closer is closed
	// or the process ends. KindWouldBlock, whose message names the holder's process,
	// if another holds it, within this process too.
	Lock(name string) (io.Closer, error)

	// Space tells how full the disk is.
	Space() (Space, error)

	// Check tells whether the root is still the directory that was opened:
	// KindUnavailable if it was removed, renamed away, or another is in its place.
	Check() error
}

// File is an open file. Its methods may be called concurrently, Close not before all
// others have returned. Nothing keeps a buffer after the return.
type File interface {
	// ReadAt is io.ReaderAt: io.EOF, bare, at the file's end.
	io.ReaderAt
	io.WriterAt
	io.Closer

	// ReadV fills all the buffers, one after the other, from off.
	// io.ErrUnexpectedEOF, bare, if the file ends before.
	ReadV(bufs [][]byte, off int64) error

	// WriteV writes all the buffers, one after the other, at off. After an error any
	// part of them may have been written.
	WriteV(bufs [][]byte, off int64) error

	// Sync makes the written data and the size durable, as fdatasync does.
	Sync() error

	// Truncate sets the file's size.
	Truncate(size int64) error

	// Preallocate makes sure that writing [off, off+n) will not fail for want of
	// space, and grows the file to off+n if it is shorter; what is new reads as
	// zeros. On a file system that cannot allocate it only grows the file.
	Preallocate(off, n int64) error

	// PunchHole frees the space of [off, off+n), which then reads as zeros. The size
	// stays. On a file system that cannot, KindUnsupported.
	PunchHole(off, n int64) error

	// Stat describes the open file. Links is 0 once its last name is removed.
	Stat() (Info, error)
}

// Info describes a file or directory.
type Info struct {
	Name     string // the last element of its path
	Size     int64  // bytes
	Dir      bool
	Links    uint64 // names of the file
	Modified time.Time
}

// Space is how full a disk is.
type Space struct {
	Total uint64 // bytes
	Free  uint64 // bytes that this process may still write
}

// Open opens a file for reading.
func Open(fsys FS, name string) (File, error) { return fsys.OpenFile(name, ReadOnly) }

// NewFile opens an empty file for writing; one of that name is emptied.
func NewFile(fsys FS, name string) (File, error) {
	return fsys.OpenFile(name, ReadWrite|Create|Truncate)
}

// ReadFile reads a whole file of at most limit bytes; KindTooBig if it is longer.
func ReadFile(fsys FS, name string, limit int64) ([]byte, error) {
	f, err := Open(fsys, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size > limit {
		return nil, fs.Errorf("read", fs.KindTooBig, name, "%d bytes, expected up to %d", info.Size, limit)
	}
	b := make([]byte, info.Size)
	n, err := f.ReadAt(b, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	return b[:n], nil
}

// WriteFile replaces a file's content atomically and durably: after a crash it has
// the old content or the new.
func WriteFile(fsys FS, name string, data []byte) error {
	tmp := name + ".tmp"
	f, err := NewFile(fsys, tmp)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(data, 0)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	if err := fsys.Rename(tmp, name); err != nil {
		return err
	}
	return fsys.SyncDir(path.Dir(name))
}

// RemoveAll removes a file or a directory with all that is in it. A missing one is no
// error.
func RemoveAll(fsys FS, name string) error {
	info, err := fsys.Stat(name)
	if err != nil {
		return ignoreMissing(err)
	}
	if info.Dir {
		list, err := fsys.ReadDir(name)
		if err != nil {
			return ignoreMissing(err)
		}
		for _, e := range list {
			if err := RemoveAll(fsys, path.Join(name, e.Name)); err != nil {
				return err
			}
		}
	}
	return ignoreMissing(fsys.Remove(name))
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.KindNotFound) {
		return nil
	}
	return err
}

// clean checks a name and returns it without superfluous slashes and dots.
func clean(op, name string) (string, error) {
	c := path.Clean(name)
	if c == ".." || strings.HasPrefix(c, "../") || strings.HasPrefix(c, "/") {
		return "", fs.Errorf(op, fs.KindInvalid, name, "name leaves the root")
	}
	return c, nil
}

// wrap makes an *fs.Error of an error of the operating system; nil stays nil.
func wrap(op, name string, err error) error {
	if err == nil {
		return nil
	}
	return fs.E(op, kindOf(err), name, err)
}

func kindOf(err error) fs.Kind {
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		return fs.KindNotDir
	case errors.Is(err, syscall.EISDIR):
		return fs.KindIsDir
	case errors.Is(err, syscall.ENOTEMPTY):
		return fs.KindNotEmpty
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fs.KindNoSpace
	case errors.Is(err, syscall.EROFS):
		return fs.KindReadOnly
	case errors.Is(err, syscall.EOPNOTSUPP):
		return fs.KindUnsupported
	case errors.Is(err, syscall.EINVAL):
		return fs.KindInvalid
	case errors.Is(err, iofs.ErrNotExist):
		return fs.KindNotFound
	case errors.Is(err, iofs.ErrExist):
		return fs.KindExists
	case errors.Is(err, iofs.ErrPermission):
		return fs.KindAccess
	}
	return fs.KindOther
}
