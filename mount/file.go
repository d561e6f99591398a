package mount

import (
	"syscall"

	gofuse "github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/client"
)

const badHandle = gofuse.Status(syscall.EBADF)

func openFlags(flags uint32) client.OpenFlags {
	var f client.OpenFlags
	switch flags & unix.O_ACCMODE {
	case unix.O_RDONLY:
		f = client.Read
	case unix.O_WRONLY:
		f = client.Write
	default:
		f = client.Read | client.Write
	}
	if flags&unix.O_APPEND != 0 && f&client.Write != 0 {
		f |= client.Append
	}
	if flags&unix.O_TRUNC != 0 {
		f |= client.Truncate
	}
	return f
}

// opened fills in the answer to an open: a writer's bytes come straight to us, a
// reader's pages are kept if the content is still the same. Who reads a file that is being written gets no
// pages: the kernel takes the size after it took the page, and shows the zeros behind the old end.
func (m *Mount) opened(h *client.Handle, a *fs.Attr, flags uint32, out *gofuse.OpenOut) {
	out.Fh = m.handles.add(&open{file: h})
	if h.Flags()&client.Write != 0 || flags&unix.O_DIRECT != 0 || m.handles.written(a.Ino) {
		out.OpenFlags = gofuse.FOPEN_DIRECT_IO | gofuse.FOPEN_PARALLEL_DIRECT_WRITES
		return
	}
	stale, keep := m.told.open(a)
	if keep {
		out.OpenFlags = gofuse.FOPEN_KEEP_CACHE
	}
	if stale {
		// An attribute-only invalidation takes no lock and cannot block; with the old size
		// the kernel would cut what is read.
		m.server.InodeNotify(uint64(a.Ino), -1, 0)
	}
}

// Open implements gofuse.RawFileSystem.
func (m *Mount) Open(_ <-chan struct{}, in *gofuse.OpenIn, out *gofuse.OpenOut) gofuse.Status {
	c := cred(&in.InHeader)
	if in.Flags&unix.O_TRUNC != 0 && in.Mode&gofuse.OPEN_KILL_SUIDGID != 0 {
		if err := m.killPriv(c, fs.Ino(in.NodeId)); err != nil {
			return m.status("open", in.NodeId, err)
		}
	}
	h, a, err := m.c.Open(background, c, fs.Ino(in.NodeId), openFlags(in.Flags))
	if err != nil {
		return m.status("open", in.NodeId, err)
	}
	m.opened(h, &a, in.Flags, out)
	return gofuse.OK
}

// Create implements gofuse.RawFileSystem.
func (m *Mount) Create(_ <-chan struct{}, in *gofuse.CreateIn, name string, out *gofuse.CreateOut) gofuse.Status {
	h, a, err := m.c.Create(background, cred(&in.InHeader), fs.Ino(in.NodeId), name, in.Mode, in.Umask, openFlags(in.Flags))
	if fs.KindOf(err) == fs.KindExists && in.Flags&unix.O_EXCL == 0 {
		// Somebody else made it since the kernel looked: without O_EXCL that is an open.
		if a, err = m.lookup(fs.Ino(in.NodeId), name); err == nil {
			h, a, err = m.c.Open(background, cred(&in.InHeader), a.Ino, openFlags(in.Flags))
		}
	}
	if err != nil {
		return m.status("create", in.NodeId, err)
	}
	m.entry(&a, &out.EntryOut)
	m.opened(h, &a, in.Flags, &out.OpenOut)
	return gofuse.OK
}

// Tmpfile implements gofuse.RawFileSystem.
func (m *Mount) Tmpfile(_ <-chan struct{}, in *gofuse.CreateIn, out *gofuse.CreateOut) gofuse.Status {
	h, a, err := m.c.Create(background, cred(&in.InHeader), fs.Ino(in.NodeId), "", in.Mode, in.Umask, openFlags(in.Flags))
	if err != nil {
		return m.status("tmpfile", in.NodeId, err)
	}
	m.entry(&a, &out.EntryOut)
	m.opened(h, &a, in.Flags, &out.OpenOut)
	return gofuse.OK
}

// Read implements gofuse.RawFileSystem.
func (m *Mount) Read(_ <-chan struct{}, in *gofuse.ReadIn, buf []byte) (gofuse.ReadResult, gofuse.Status) {
	h := m.handles.file(in.Fh)
	if h == nil {
		return nil, badHandle
	}
	n, err := h.ReadAt(background, buf[:min(len(buf), int(in.Size))], int64(in.Offset))
	if err != nil {
		return nil, m.status("read", in.NodeId, err)
	}
	return gofuse.ReadResultData(buf[:n]), gofuse.OK
}

// Write implements gofuse.RawFileSystem.
func (m *Mount) Write(cancel <-chan struct{}, in *gofuse.WriteIn, data []byte) (uint32, gofuse.Status) {
	return m.Writev(cancel, in, [][]byte{data})
}

// Writev implements gofuse.RawFileSystem.
func (m *Mount) Writev(_ <-chan struct{}, in *gofuse.WriteIn, data [][]byte) (uint32, gofuse.Status) {
	o := m.handles.get(in.Fh)
	if o == nil || o.file == nil {
		return 0, badHandle
	}
	h := o.file
	o.rest.Store(false)
	if in.WriteFlags&gofuse.WRITE_KILL_SUIDGID != 0 {
		if err := m.killPriv(cred(&in.InHeader), h.Ino()); err != nil {
			return 0, m.status("write", in.NodeId, err)
		}
	}
	cached := in.WriteFlags&gofuse.WRITE_CACHE != 0 // from an mmap: at its own offset, O_APPEND or not
	n := 0
	for _, p := range data {
		if err := h.WriteAt(background, p, int64(in.Offset)+int64(n), cached); err != nil {
			return uint32(n), m.status("write", in.NodeId, err)
		}
		n += len(p)
	}
	return uint32(n), gofuse.OK
}

// killPriv clears the setuid and setgid bits before a write by somebody who may not keep them.
func (m *Mount) killPriv(c *fs.Cred, ino fs.Ino) error {
	a, err := m.c.Meta().GetAttr(background, ino)
	if err != nil || a.Mode&(fs.ModeSetUID|fs.ModeSetGID) == 0 {
		return err
	}
	_, err = m.c.SetAttr(background, c, &fs.SetAttr{Ino: ino, Set: fs.SetKillPriv})
	return err
}

// Flush implements gofuse.RawFileSystem: close(2), of any descriptor of the handle.
func (m *Mount) Flush(_ <-chan struct{}, in *gofuse.FlushIn) gofuse.Status {
	o := m.handles.get(in.Fh)
	if o == nil || o.file == nil {
		return badHandle
	}
	m.unlock(o.file.Ino(), owner{id: in.LockOwner})
	err := o.file.Flush(background)
	o.rest.Store(err == nil)
	return m.status("flush", in.NodeId, err)
}

// Release implements gofuse.RawFileSystem: the last descriptor is gone. Nobody is told of
// an error any more but the log.
func (m *Mount) Release(_ <-chan struct{}, in *gofuse.ReleaseIn) {
	o := m.handles.remove(in.Fh)
	if o == nil || o.file == nil {
		return
	}
	for _, w := range m.locks.through(o.file.Ino(), in.Fh) {
		m.unlock(o.file.Ino(), w)
	}
	if err := o.file.Release(background); err != nil {
		m.log.Error("what was written through a mapping after the last close could not be stored", "ino", in.NodeId, "err", err)
	}
}

// Fsync implements gofuse.RawFileSystem.
func (m *Mount) Fsync(_ <-chan struct{}, in *gofuse.FsyncIn) gofuse.Status {
	h := m.handles.file(in.Fh)
	if h == nil {
		return badHandle
	}
	return m.status("fsync", in.NodeId, h.Fsync(background))
}

// Fallocate implements gofuse.RawFileSystem.
func (m *Mount) Fallocate(_ <-chan struct{}, in *gofuse.FallocateIn) gofuse.Status {
	h := m.handles.file(in.Fh)
	if h == nil {
		return badHandle
	}
	const known = unix.FALLOC_FL_KEEP_SIZE | unix.FALLOC_FL_PUNCH_HOLE | unix.FALLOC_FL_ZERO_RANGE
	if in.Mode&^known != 0 {
		return gofuse.Status(syscall.EOPNOTSUPP)
	}
	var mode client.AllocMode
	if in.Mode&unix.FALLOC_FL_KEEP_SIZE != 0 {
		mode |= client.AllocKeepSize
	}
	if in.Mode&unix.FALLOC_FL_PUNCH_HOLE != 0 {
		mode |= client.AllocPunch
	}
	if in.Mode&unix.FALLOC_FL_ZERO_RANGE != 0 {
		mode |= client.AllocZero
	}
	return m.status("fallocate", in.NodeId, h.Allocate(background, mode, int64(in.Offset), int64(in.Length)))
}

// Lseek implements gofuse.RawFileSystem: SEEK_DATA and SEEK_HOLE.
func (m *Mount) Lseek(_ <-chan struct{}, in *gofuse.LseekIn, out *gofuse.LseekOut) gofuse.Status {
	h := m.handles.file(in.Fh)
	if h == nil {
		return badHandle
	}
	if in.Whence != unix.SEEK_DATA && in.Whence != unix.SEEK_HOLE {
		return gofuse.EINVAL
	}
	off, err := h.Seek(background, int64(in.Offset), in.Whence == unix.SEEK_HOLE)
	if err != nil {
		if fs.KindOf(err) == fs.KindNotFound {
			return gofuse.Status(syscall.ENXIO)
		}
		return m.status("lseek", in.NodeId, err)
	}
	out.Offset = uint64(off)
	return gofuse.OK
}

// CopyFileRange implements gofuse.RawFileSystem.
func (m *Mount) CopyFileRange(_ <-chan struct{}, in *gofuse.CopyFileRangeIn) (uint32, gofuse.Status) {
	src, dst := m.handles.file(in.FhIn), m.handles.file(in.FhOut)
	if src == nil || dst == nil {
		return 0, badHandle
	}
	n, err := client.CopyRange(background, src, int64(in.OffIn), dst, int64(in.OffOut), int64(min(in.Len, 1<<30)))
	return uint32(n), m.status("copy_file_range", in.NodeId, err)
}
