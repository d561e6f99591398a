// Package pebblefs lets Pebble keep its files on a disk.FS, so that a test crashes,
// fills and breaks the database's disk together with everything else on it.
package pebblefs

import (
	"io"
	"os"
	"path"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/wakefs/wakefs/fs/disk"
)

// New returns Pebble's view of fsys. Names are as in disk.FS.
func New(fsys disk.FS) vfs.FS { return view{fsys} }

type view struct{ disk disk.FS }

func (v view) open(name string, flag disk.Flag) (vfs.File, error) {
	f, err := v.disk.OpenFile(name, flag)
	if err != nil {
		return nil, err
	}
	return &file{File: f}, nil
}

func (v view) Create(name string, _ vfs.DiskWriteCategory) (vfs.File, error) {
	return v.open(name, disk.ReadWrite|disk.Create|disk.Truncate)
}

func (v view) Open(name string, opts ...vfs.OpenOption) (vfs.File, error) {
	f, err := v.open(name, disk.ReadOnly)
	if err != nil {
		return nil, err
	}
	for _, o := range opts {
		o.Apply(f)
	}
	return f, nil
}

func (v view) OpenReadWrite(name string, _ vfs.DiskWriteCategory, opts ...vfs.OpenOption) (vfs.File, error) {
	f, err := v.open(name, disk.ReadWrite|disk.Create)
	if err != nil {
		return nil, err
	}
	for _, o := range opts {
		o.Apply(f)
	}
	return f, nil
}

func (v view) ReuseForWrite(oldname, newname string, _ vfs.DiskWriteCategory) (vfs.File, error) {
	if err := v.disk.Rename(oldname, newname); err != nil {
		return nil, err
	}
	return v.open(newname, disk.ReadWrite)
}

func (v view) OpenDir(name string) (vfs.File, error) {
	if _, err := v.disk.Stat(name); err != nil {
		return nil, err
	}
	return &dir{disk: v.disk, name: name}, nil
}

func (v view) Link(oldname, newname string) error        { return v.disk.Link(oldname, newname) }
func (v view) Remove(name string) error                  { return v.disk.Remove(name) }
func (v view) RemoveAll(name string) error               { return disk.RemoveAll(v.disk, name) }
func (v view) Rename(oldname, newname string) error      { return v.disk.Rename(oldname, newname) }
func (v view) MkdirAll(name string, _ os.FileMode) error { return v.disk.MkdirAll(name) }
func (v view) Lock(name string) (io.Closer, error)       { return v.disk.Lock(name) }
func (v view) PathBase(p string) string                  { return path.Base(p) }
func (v view) PathJoin(elem ...string) string            { return path.Join(elem...) }
func (v view) PathDir(p string) string                   { return path.Dir(p) }
func (v view) Unwrap() vfs.FS                            { return nil }

func (v view) List(name string) ([]string, error) {
	list, err := v.disk.ReadDir(name)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(list))
	for i := range list {
		names[i] = list[i].Name
	}
	return names, nil
}

func (v view) Stat(name string) (vfs.FileInfo, error) {
	i, err := v.disk.Stat(name)
	if err != nil {
		return nil, err
	}
	return info{i}, nil
}

func (v view) GetDiskUsage(string) (vfs.DiskUsage, error) {
	s, err := v.disk.Space()
	return vfs.DiskUsage{AvailBytes: s.Free, TotalBytes: s.Total, UsedBytes: s.Total - s.Free}, err
}

// file adds the position that Pebble's sequential readers and writers need. They use a
// file from one goroutine at a time.
type file struct {
	disk.File
	pos int64
}

func (f *file) Read(p []byte) (int, error) {
	n, err := f.ReadAt(p, f.pos)
	f.pos += int64(n)
	if n > 0 && err == io.EOF {
		err = nil
	}
	return n, err
}

func (f *file) Write(p []byte) (int, error) {
	n, err := f.WriteAt(p, f.pos)
	f.pos += int64(n)
	return n, err
}

func (f *file) Stat() (vfs.FileInfo, error) {
	i, err := f.File.Stat()
	if err != nil {
		return nil, err
	}
	return info{i}, nil
}

// Preallocate does nothing: Pebble wants the size to stay, disk.File grows it.
func (f *file) Preallocate(int64, int64) error { return nil }

func (f *file) SyncData() error { return f.Sync() }

// SyncTo does nothing, which its contract allows: it is a hint to smooth writing.
func (f *file) SyncTo(int64) (bool, error)  { return false, nil }
func (f *file) Prefetch(int64, int64) error { return nil }
func (f *file) Fd() uintptr                 { return vfs.InvalidFd }

// dir is an open directory, which Pebble only syncs.
type dir struct {
	disk disk.FS
	name string
}

func (d *dir) Sync() error     { return d.disk.SyncDir(d.name) }
func (d *dir) SyncData() error { return d.Sync() }
func (d *dir) Close() error    { return nil }

func (d *dir) SyncTo(int64) (bool, error)         { return true, d.Sync() }
func (d *dir) Prefetch(int64, int64) error        { return nil }
func (d *dir) Fd() uintptr                        { return vfs.InvalidFd }
func (d *dir) Preallocate(int64, int64) error     { return nil }
func (d *dir) Read([]byte) (int, error)           { return 0, errDir }
func (d *dir) ReadAt([]byte, int64) (int, error)  { return 0, errDir }
func (d *dir) Write([]byte) (int, error)          { return 0, errDir }
func (d *dir) WriteAt([]byte, int64) (int, error) { return 0, errDir }
func (d *dir) Stat() (vfs.FileInfo, error) {
	i, err := d.disk.Stat(d.name)
	if err != nil {
		return nil, err
	}
	return info{i}, nil
}

var errDir = &os.PathError{Op: "read or write", Path: "directory", Err: os.ErrInvalid}

type info struct{ i disk.Info }

func (i info) Name() string           { return i.i.Name }
func (i info) Size() int64            { return i.i.Size }
func (i info) ModTime() time.Time     { return i.i.Modified }
func (i info) IsDir() bool            { return i.i.Dir }
func (i info) Sys() any               { return nil }
func (i info) DeviceID() vfs.DeviceID { return vfs.DeviceID{} }

func (i info) Mode() os.FileMode {
	if i.i.Dir {
		return os.ModeDir | 0o700
	}
	return 0o600
}
