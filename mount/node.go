package mount

import (
	"context"
	"syscall"

	gofuse "github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"

	"github.com/wakefs/wakefs/fs"
)

// Requests run to their end even if the caller is interrupted: a signal must not make a
// close or a write fail halfway (the Go runtime alone sends many). Only waiting for a lock can be interrupted.
var background = context.Background()

func cred(h *gofuse.InHeader) *fs.Cred { return &fs.Cred{UID: h.Uid, GID: h.Gid} }

func (m *Mount) fill(a *fs.Attr, out *gofuse.Attr) {
	m.told.attr(a)
	*out = gofuse.Attr{
		Ino: uint64(a.Ino), Size: uint64(a.Size), Blocks: uint64(a.Used+511) / 512,
		Mode: a.Mode, Nlink: a.Nlink, Owner: gofuse.Owner{Uid: a.UID, Gid: a.GID}, Rdev: a.Rdev, Blksize: 4096,
	}
	out.Atime, out.Atimensec = split(a.Atime)
	out.Mtime, out.Mtimensec = split(a.Mtime)
	out.Ctime, out.Ctimensec = split(a.Ctime)
}

// split cuts ns into seconds, rounded down, and the rest.
func split(ns int64) (sec uint64, nsec uint32) {
	s, n := ns/1e9, ns%1e9
	if n < 0 {
		s, n = s-1, n+1e9
	}
	return uint64(s), uint32(n)
}

func join(sec uint64, nsec uint32) int64 { return int64(sec)*1e9 + int64(nsec) }

func (m *Mount) entry(a *fs.Attr, out *gofuse.EntryOut) {
	out.NodeId = uint64(a.Ino)
	out.SetEntryTimeout(m.o.AttrTimeout)
	out.SetAttrTimeout(m.o.AttrTimeout)
	m.fill(a, &out.Attr)
}

// Lookup implements gofuse.RawFileSystem.
func (m *Mount) Lookup(_ <-chan struct{}, h *gofuse.InHeader, name string, out *gofuse.EntryOut) gofuse.Status {
	a, err := m.lookup(fs.Ino(h.NodeId), name)
	if err != nil {
		return m.status("lookup", h.NodeId, err)
	}
	m.entry(&a, out)
	return gofuse.OK
}

// lookup finds a name. The kernel asks for "." and ".." only on behalf of an exported
// file system (NFS).
func (m *Mount) lookup(dir fs.Ino, name string) (fs.Attr, error) {
	switch name {
	case ".":
		return m.c.GetAttr(background, dir)
	case "..":
		a, err := m.c.GetAttr(background, dir)
		if err != nil {
			return a, err
		}
		return m.c.GetAttr(background, a.Parent)
	}
	return m.c.Lookup(background, dir, name)
}

// GetAttr implements gofuse.RawFileSystem.
func (m *Mount) GetAttr(_ <-chan struct{}, in *gofuse.GetAttrIn, out *gofuse.AttrOut) gofuse.Status {
	a, err := m.c.GetAttr(background, fs.Ino(in.NodeId))
	if err != nil {
		return m.status("getattr", in.NodeId, err)
	}
	out.SetTimeout(m.o.AttrTimeout)
	m.fill(&a, &out.Attr)
	return gofuse.OK
}

// SetAttr implements gofuse.RawFileSystem.
func (m *Mount) SetAttr(_ <-chan struct{}, in *gofuse.SetAttrIn, out *gofuse.AttrOut) gofuse.Status {
	op := &fs.SetAttr{Ino: fs.Ino(in.NodeId)}
	set := func(flag uint32, mask fs.SetMask) bool {
		if in.Valid&flag == 0 {
			return false
		}
		op.Set |= mask
		return true
	}
	if set(gofuse.FATTR_MODE, fs.SetMode) {
		op.Mode = in.Mode &^ fs.ModeType
	}
	if set(gofuse.FATTR_UID, fs.SetUID) {
		op.UID = in.Uid
	}
	if set(gofuse.FATTR_GID, fs.SetGID) {
		op.GID = in.Gid
	}
	if set(gofuse.FATTR_SIZE, fs.SetSize) {
		op.Size = int64(in.Size)
		if in.Valid&gofuse.FATTR_FH == 0 {
			op.Set |= fs.SetClose // truncate(2): no close will follow
		}
	}
	if !set(gofuse.FATTR_ATIME_NOW, fs.SetAtimeNow) && set(gofuse.FATTR_ATIME, fs.SetAtime) {
		op.Atime = join(in.Atime, in.Atimensec)
	}
	if !set(gofuse.FATTR_MTIME_NOW, fs.SetMtimeNow) && set(gofuse.FATTR_MTIME, fs.SetMtime) {
		op.Mtime = join(in.Mtime, in.Mtimensec)
	}
	set(gofuse.FATTR_KILL_SUIDGID, fs.SetKillPriv)
	a, err := m.c.SetAttr(background, cred(&in.InHeader), op)
	if err != nil {
		return m.status("setattr", in.NodeId, err)
	}
	out.SetTimeout(m.o.AttrTimeout)
	m.fill(&a, &out.Attr)
	return gofuse.OK
}

func (m *Mount) make(h *gofuse.InHeader, op *fs.Create, out *gofuse.EntryOut) gofuse.Status {
	op.Parent = fs.Ino(h.NodeId)
	a, err := m.c.Make(background, cred(h), op)
	if err != nil {
		return m.status("create", h.NodeId, err)
	}
	m.entry(&a, out)
	return gofuse.OK
}

// Mknod implements gofuse.RawFileSystem.
func (m *Mount) Mknod(_ <-chan struct{}, in *gofuse.MknodIn, name string, out *gofuse.EntryOut) gofuse.Status {
	return m.make(&in.InHeader, &fs.Create{Name: name, Mode: in.Mode, Umask: in.Umask, Rdev: in.Rdev}, out)
}

// Mkdir implements gofuse.RawFileSystem.
func (m *Mount) Mkdir(_ <-chan struct{}, in *gofuse.MkdirIn, name string, out *gofuse.EntryOut) gofuse.Status {
	return m.make(&in.InHeader, &fs.Create{Name: name, Mode: fs.ModeDir | in.Mode&^fs.ModeType, Umask: in.Umask}, out)
}

// Symlink implements gofuse.RawFileSystem.
func (m *Mount) Symlink(_ <-chan struct{}, h *gofuse.InHeader, target, name string, out *gofuse.EntryOut) gofuse.Status {
	return m.make(h, &fs.Create{Name: name, Mode: fs.ModeSymlink | 0o777, Target: target}, out)
}

// Readlink implements gofuse.RawFileSystem.
func (m *Mount) Readlink(_ <-chan struct{}, h *gofuse.InHeader) ([]byte, gofuse.Status) {
	t, err := m.c.Meta().Readlink(background, fs.Ino(h.NodeId))
	return []byte(t), m.status("readlink", h.NodeId, err)
}

// Link implements gofuse.RawFileSystem.
func (m *Mount) Link(_ <-chan struct{}, in *gofuse.LinkIn, name string, out *gofuse.EntryOut) gofuse.Status {
	a, err := m.c.Link(background, cred(&in.InHeader), fs.Ino(in.Oldnodeid), fs.Ino(in.NodeId), name)
	if err != nil {
		return m.status("link", in.Oldnodeid, err)
	}
	m.entry(&a, out)
	return gofuse.OK
}

// Unlink implements gofuse.RawFileSystem.
func (m *Mount) Unlink(_ <-chan struct{}, h *gofuse.InHeader, name string) gofuse.Status {
	_, err := m.c.Unlink(background, cred(h), fs.Ino(h.NodeId), name, false)
	return m.status("unlink", h.NodeId, err)
}

// Rmdir implements gofuse.RawFileSystem.
func (m *Mount) Rmdir(_ <-chan struct{}, h *gofuse.InHeader, name string) gofuse.Status {
	_, err := m.c.Unlink(background, cred(h), fs.Ino(h.NodeId), name, true)
	return m.status("rmdir", h.NodeId, err)
}

// Rename implements gofuse.RawFileSystem.
func (m *Mount) Rename(_ <-chan struct{}, in *gofuse.RenameIn, oldName, newName string) gofuse.Status {
	if in.Flags&^(unix.RENAME_NOREPLACE|unix.RENAME_EXCHANGE) != 0 {
		return gofuse.EINVAL
	}
	_, err := m.c.Rename(background, cred(&in.InHeader), &fs.Rename{
		Parent: fs.Ino(in.NodeId), Name: oldName, NewParent: fs.Ino(in.Newdir), NewName: newName,
		NoReplace: in.Flags&unix.RENAME_NOREPLACE != 0, Exchange: in.Flags&unix.RENAME_EXCHANGE != 0,
	})
	return m.status("rename", in.NodeId, err)
}

// blockSize is the unit of StatFs, bytes.
const blockSize = 4096

// StatFs implements gofuse.RawFileSystem.
func (m *Mount) StatFs(_ <-chan struct{}, h *gofuse.InHeader, out *gofuse.StatfsOut) gofuse.Status {
	st, err := m.c.Meta().StatFS(background)
	if err != nil {
		return m.status("statfs", h.NodeId, err)
	}
	const inodes = 1 << 40 // numbers are not what runs out
	*out = gofuse.StatfsOut{
		Blocks: st.Capacity / blockSize, Bfree: st.Free / blockSize, Bavail: st.Free / blockSize,
		Files: inodes, Ffree: inodes - st.Inodes, Bsize: blockSize, Frsize: blockSize, NameLen: fs.MaxName,
	}
	return gofuse.OK
}

// Statx implements gofuse.RawFileSystem: the kernel falls back to GetAttr.
func (m *Mount) Statx(<-chan struct{}, *gofuse.StatxIn, *gofuse.StatxOut) gofuse.Status {
	return gofuse.Status(syscall.ENOSYS)
}
