package wake

import (
	"io"
	"io/fs"
	"time"
)

// An OpenFlag says what a file is opened for. At least one of OpenRead and OpenWrite is set.
type OpenFlag uint8

// The open flags, with the meaning of their namesakes in open(2).
const (
	OpenRead   OpenFlag = 1 << iota
	OpenWrite           // also without OpenRead
	OpenCreate          // create a missing file, but not its parents
	OpenExcl            // with OpenCreate: fail with fs.ErrExist if it is there
	OpenTrunc           // with OpenWrite: drop what it holds
)

// Attr describes one inode, as a Host reports it.
type Attr struct {
	Name       string // the last element of the path asked for; of a ReadDir entry, its name in the directory
	Mode       fs.FileMode
	Size       int64 // bytes
	UID, GID   uint32
	Nlink      uint32
	Ino        uint64
	Version    uint64 // grows with every change of the inode
	ModTime    time.Time
	AccessTime time.Time
	ChangeTime time.Time
}

// A Change names the attributes that SetAttr sets: those whose pointer is not nil.
type Change struct {
	Mode       *fs.FileMode // permission bits, ModeSetuid, ModeSetgid and ModeSticky
	UID, GID   *uint32
	Size       *int64 // bytes
	AccessTime *time.Time
	ModTime    *time.Time
}

// An XattrFlag restricts SetXattr.
type XattrFlag uint8

// The values of XattrFlag.
const (
	XattrAny     XattrFlag = iota // create or replace
	XattrCreate                   // fail with fs.ErrExist if it is there
	XattrReplace                  // fail with ErrNoXattr if it is not
)

// Host is what a Context stands on: the filesystem as one invocation sees and changes it. The node implements it over
// a transaction, package waketest in memory; a worker process implements it by asking its node.
//
// Paths are absolute and clean. Names and symlink targets are byte strings, not necessarily UTF-8. Symbolic links in
// the leading directories are followed; in the last element, only by Open and by Stat with follow.
//
// Errors satisfy errors.Is with one of the errors of io/fs or of this package; every other error counts as an
// input/output error. A Host does no accounting and has no notion of a budget. Its methods are called by one goroutine
// at a time. They should give up soon after the context of the invocation has ended.
type Host interface {
	// Stat describes path, or with follow what the symbolic link there leads to.
	Stat(path string, follow bool) (Attr, error)
	// ReadDir returns the entries of a directory after the name after ("" for the first), in the order of their names
	// as bytes, at most limit of them. No entries means the end. Symbolic links are not followed.
	ReadDir(path, after string, limit int) ([]Attr, error)
	// Open opens a regular file. It fails with ErrIsDir for a directory and with fs.ErrInvalid for special files.
	// perm is used when it creates the file. The Attr is that of the file after opening.
	Open(path string, flag OpenFlag, perm fs.FileMode) (HostFile, Attr, error)
	// Mkdir creates one directory.
	Mkdir(path string, perm fs.FileMode) error
	// Remove removes a file, a symbolic link or an empty directory.
	Remove(path string) error
	// Rename renames, replacing a file or an empty directory at newPath as rename(2) does.
	Rename(oldPath, newPath string) error
	// Symlink creates a symbolic link at path. The target is any non-empty text.
	Symlink(target, path string) error
	Readlink(path string) (string, error)
	// Link makes newPath another name for the file at oldPath.
	Link(oldPath, newPath string) error
	// SetAttr changes the attributes of path, following a symbolic link there.
	SetAttr(path string, change Change) error
	// GetXattr fails with ErrNoXattr if there is none of that name.
	GetXattr(path, name string) ([]byte, error)
	SetXattr(path, name string, value []byte, flag XattrFlag) error
	// ListXattr returns the names in ascending order.
	ListXattr(path string) ([]string, error)
	// RemoveXattr fails with ErrNoXattr if there is none of that name.
	RemoveXattr(path, name string) error
}

// HostFile is an open file of a Host. Neither method keeps the buffer. Close is called exactly once, at the latest
// when the invocation ends.
type HostFile interface {
	// ReadAt follows io.ReaderAt: fewer bytes than asked for come with an error, io.EOF at the end.
	io.ReaderAt
	// WriteAt follows io.WriterAt. Writing beyond the end leaves a hole of zeros.
	io.WriterAt
	io.Closer
}
