package mount

import (
	"time"

	gofuse "github.com/hanwen/go-fuse/v2/fuse"
)

// metered is a Mount whose requests are observed: those that a program waits for, by name, with the time until the answer.
type metered struct {
	*Mount
	observe func(op string, took time.Duration)
}

// since is deferred at the start of a request.
func (m metered) since(op string, start time.Time) { m.observe(op, time.Since(start)) }

func (m metered) Lookup(c <-chan struct{}, h *gofuse.InHeader, name string, out *gofuse.EntryOut) gofuse.Status {
	defer m.since("lookup", time.Now())
	return m.Mount.Lookup(c, h, name, out)
}

func (m metered) GetAttr(c <-chan struct{}, in *gofuse.GetAttrIn, out *gofuse.AttrOut) gofuse.Status {
	defer m.since("getattr", time.Now())
	return m.Mount.GetAttr(c, in, out)
}

func (m metered) SetAttr(c <-chan struct{}, in *gofuse.SetAttrIn, out *gofuse.AttrOut) gofuse.Status {
	defer m.since("setattr", time.Now())
	return m.Mount.SetAttr(c, in, out)
}

func (m metered) Open(c <-chan struct{}, in *gofuse.OpenIn, out *gofuse.OpenOut) gofuse.Status {
	defer m.since("open", time.Now())
	return m.Mount.Open(c, in, out)
}

func (m metered) Create(c <-chan struct{}, in *gofuse.CreateIn, name string, out *gofuse.CreateOut) gofuse.Status {
	defer m.since("create", time.Now())
	return m.Mount.Create(c, in, name, out)
}

func (m metered) Read(c <-chan struct{}, in *gofuse.ReadIn, buf []byte) (gofuse.ReadResult, gofuse.Status) {
	defer m.since("read", time.Now())
	return m.Mount.Read(c, in, buf)
}

func (m metered) Write(c <-chan struct{}, in *gofuse.WriteIn, data []byte) (uint32, gofuse.Status) {
	defer m.since("write", time.Now())
	return m.Mount.Write(c, in, data)
}

func (m metered) Writev(c <-chan struct{}, in *gofuse.WriteIn, data [][]byte) (uint32, gofuse.Status) {
	defer m.since("write", time.Now())
	return m.Mount.Writev(c, in, data)
}

func (m metered) Flush(c <-chan struct{}, in *gofuse.FlushIn) gofuse.Status {
	defer m.since("flush", time.Now())
	return m.Mount.Flush(c, in)
}

func (m metered) Fsync(c <-chan struct{}, in *gofuse.FsyncIn) gofuse.Status {
	defer m.since("fsync", time.Now())
	return m.Mount.Fsync(c, in)
}

func (m metered) ReadDir(c <-chan struct{}, in *gofuse.ReadIn, out *gofuse.DirEntryList) gofuse.Status {
	defer m.since("readdir", time.Now())
	return m.Mount.ReadDir(c, in, out)
}

func (m metered) ReadDirPlus(c <-chan struct{}, in *gofuse.ReadIn, out *gofuse.DirEntryList) gofuse.Status {
	defer m.since("readdir", time.Now())
	return m.Mount.ReadDirPlus(c, in, out)
}

func (m metered) Mkdir(c <-chan struct{}, in *gofuse.MkdirIn, name string, out *gofuse.EntryOut) gofuse.Status {
	defer m.since("mkdir", time.Now())
	return m.Mount.Mkdir(c, in, name, out)
}

func (m metered) Link(c <-chan struct{}, in *gofuse.LinkIn, name string, out *gofuse.EntryOut) gofuse.Status {
	defer m.since("link", time.Now())
	return m.Mount.Link(c, in, name, out)
}

func (m metered) Unlink(c <-chan struct{}, h *gofuse.InHeader, name string) gofuse.Status {
	defer m.since("unlink", time.Now())
	return m.Mount.Unlink(c, h, name)
}

func (m metered) Rmdir(c <-chan struct{}, h *gofuse.InHeader, name string) gofuse.Status {
	defer m.since("rmdir", time.Now())
	return m.Mount.Rmdir(c, h, name)
}

func (m metered) Rename(c <-chan struct{}, in *gofuse.RenameIn, oldName, newName string) gofuse.Status {
	defer m.since("rename", time.Now())
	return m.Mount.Rename(c, in, oldName, newName)
}
