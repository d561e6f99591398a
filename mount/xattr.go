package mount

import (
	gofuse "github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"

	"github.com/wakefs/wakefs/fs"
)

// GetXAttr implements gofuse.RawFileSystem.
func (m *Mount) GetXAttr(_ <-chan struct{}, h *gofuse.InHeader, name string, dest []byte) (uint32, gofuse.Status) {
	v, err := m.c.Meta().GetXattr(background, fs.Ino(h.NodeId), name)
	if err != nil {
		return 0, m.status("getxattr", h.NodeId, err)
	}
	return answer(dest, v)
}

// ListXAttr implements gofuse.RawFileSystem.
func (m *Mount) ListXAttr(_ <-chan struct{}, h *gofuse.InHeader, dest []byte) (uint32, gofuse.Status) {
	names, err := m.c.Meta().ListXattr(background, fs.Ino(h.NodeId))
	if err != nil {
		return 0, m.status("listxattr", h.NodeId, err)
	}
	var b []byte
	for _, n := range names {
		b = append(append(b, n...), 0)
	}
	return answer(dest, b)
}

// answer copies v to dest if it fits; the length is the answer in any case.
func answer(dest, v []byte) (uint32, gofuse.Status) {
	if len(v) > len(dest) {
		return uint32(len(v)), gofuse.ERANGE
	}
	return uint32(copy(dest, v)), gofuse.OK
}

// SetXAttr implements gofuse.RawFileSystem.
func (m *Mount) SetXAttr(_ <-chan struct{}, in *gofuse.SetXAttrIn, name string, data []byte) gofuse.Status {
	op := &fs.SetXattr{Ino: fs.Ino(in.NodeId), Name: name, Value: data}
	if in.Flags&unix.XATTR_CREATE != 0 {
		op.Flags |= fs.XattrCreate
	}
	if in.Flags&unix.XATTR_REPLACE != 0 {
		op.Flags |= fs.XattrReplace
	}
	return m.status("setxattr", in.NodeId, m.c.SetXattr(background, cred(&in.InHeader), op))
}

// RemoveXAttr implements gofuse.RawFileSystem.
func (m *Mount) RemoveXAttr(_ <-chan struct{}, h *gofuse.InHeader, name string) gofuse.Status {
	op := &fs.SetXattr{Ino: fs.Ino(h.NodeId), Name: name, Flags: fs.XattrRemove}
	return m.status("removexattr", h.NodeId, m.c.SetXattr(background, cred(h), op))
}
