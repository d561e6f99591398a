package mount

import (
	gofuse "github.com/hanwen/go-fuse/v2/fuse"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/client"
)

// OpenDir implements gofuse.RawFileSystem.
func (m *Mount) OpenDir(_ <-chan struct{}, in *gofuse.OpenIn, out *gofuse.OpenOut) gofuse.Status {
	d, err := m.c.OpenDir(background, fs.Ino(in.NodeId))
	if err != nil {
		return m.status("opendir", in.NodeId, err)
	}
	out.Fh = m.handles.add(&open{dir: d})
	return gofuse.OK
}

// ReleaseDir implements gofuse.RawFileSystem.
func (m *Mount) ReleaseDir(in *gofuse.ReleaseIn) { m.handles.remove(in.Fh) }

// FsyncDir implements gofuse.RawFileSystem: the names made and removed so far are durable.
func (m *Mount) FsyncDir(_ <-chan struct{}, in *gofuse.FsyncIn) gofuse.Status {
	return m.status("fsyncdir", in.NodeId, m.c.Meta().Sync(background))
}

// The offsets of a directory's stream: 0 is before ".", 1 before "..", and 2+i before the
// i-th entry.
const firstEntry = 2

// ReadDir implements gofuse.RawFileSystem.
func (m *Mount) ReadDir(_ <-chan struct{}, in *gofuse.ReadIn, out *gofuse.DirEntryList) gofuse.Status {
	return m.readDir(in, func(e gofuse.DirEntry, _ *fs.Attr) bool { return out.AddDirEntry(e) })
}

// ReadDirPlus implements gofuse.RawFileSystem.
func (m *Mount) ReadDirPlus(_ <-chan struct{}, in *gofuse.ReadIn, out *gofuse.DirEntryList) gofuse.Status {
	return m.readDir(in, func(e gofuse.DirEntry, a *fs.Attr) bool {
		eo := out.AddDirLookupEntry(e)
		if eo == nil {
			return false
		}
		if a != nil { // "." and ".." are listed, not looked up
			if m.c.Overlay(background, a) == nil { // an open file may be gone: it is listed, not looked up
				m.entry(a, eo)
			}
		}
		return true
	})
}

func (m *Mount) readDir(in *gofuse.ReadIn, add func(gofuse.DirEntry, *fs.Attr) bool) gofuse.Status {
	o := m.handles.get(in.Fh)
	if o == nil || o.dir == nil {
		return badHandle
	}
	pos := in.Offset
	if pos < firstEntry {
		if st := m.dots(o.dir, &pos, add); st != gofuse.OK || pos < firstEntry {
			return st
		}
	}
	err := o.dir.Read(background, int(pos)-firstEntry, func(i int, e *fs.Dirent) bool {
		a := e.Attr // the handle keeps its own
		return add(gofuse.DirEntry{Name: e.Name, Ino: uint64(a.Ino), Mode: a.Mode, Off: uint64(i) + firstEntry + 1}, &a)
	})
	return m.status("readdir", in.NodeId, err)
}

// dots adds "." and ".." as far as they are wanted and fit.
func (m *Mount) dots(d *client.Dir, pos *uint64, add func(gofuse.DirEntry, *fs.Attr) bool) gofuse.Status {
	a, err := m.c.GetAttr(background, d.Ino())
	if err != nil {
		return m.status("readdir", uint64(d.Ino()), err)
	}
	for ; *pos < firstEntry; *pos++ {
		e := gofuse.DirEntry{Name: ".", Ino: uint64(a.Ino), Mode: fs.ModeDir, Off: *pos + 1}
		if *pos == 1 {
			e.Name, e.Ino = "..", uint64(a.Parent)
		}
		if !add(e, nil) {
			break
		}
	}
	return gofuse.OK
}
