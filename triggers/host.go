package triggers

import (
	"context"
	"errors"
	"io"
	iofs "io/fs"
	"os"
	"path"
	"time"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/client"
	"github.com/wakefs/wakefs/triggers/wake"
)

// host is the file system as one invocation sees and changes it: a client over a
// speculation. It implements wake.Host and is used by one goroutine at a time.
type host struct {
	outside
	ctx  context.Context
	spec fs.Speculation
	c    *client.Client
	cred fs.Cred
}

// newHost opens a private view for an invocation of t.
func newHost(ctx context.Context, meta fs.Meta, stripes *client.Stripes, clock func() int64, t *fs.Trigger, chain []string) *host {
	spec := meta.Speculate(fs.SpeculateOptions{Cred: t.Owner, Chain: chain, Time: clock()})
	return &host{
		ctx: ctx, spec: spec, cred: t.Owner,
		c: client.New(client.Options{Meta: spec, Stripes: stripes, Clock: clock}),
	}
}

// abandon deletes the shards of stripes that the invocation stored and that will never be
// committed. What cannot be deleted now the sweep finds.
func (h *host) abandon(ctx context.Context) {
	for _, op := range h.spec.Tx().Ops {
		if c, ok := op.(*fs.Commit); ok {
			for _, st := range c.Stripes {
				_ = h.c.Stripes().Delete(ctx, st)
			}
		}
	}
}

// kindErrors are the errors that scripts know, by kind; what is not in it is an input/output error.
var kindErrors = map[fs.Kind]error{
	fs.KindNotFound:    iofs.ErrNotExist,
	fs.KindExists:      iofs.ErrExist,
	fs.KindPermission:  iofs.ErrPermission,
	fs.KindAccess:      iofs.ErrPermission,
	fs.KindInvalid:     iofs.ErrInvalid,
	fs.KindNotEmpty:    wake.ErrNotEmpty,
	fs.KindIsDir:       wake.ErrIsDir,
	fs.KindNotDir:      wake.ErrNotDir,
	fs.KindNoSpace:     wake.ErrNoSpace,
	fs.KindQuota:       wake.ErrQuota,
	fs.KindNameTooLong: wake.ErrNameTooLong,
	fs.KindTooBig:      wake.ErrFileTooLarge,
	fs.KindNoAttr:      wake.ErrNoXattr,
	fs.KindReadOnly:    wake.ErrReadOnly,
	fs.KindLoop:        wake.ErrLoop,
	fs.KindUnsupported: wake.ErrNotSupported,
}

func toScript(err error) error {
	if err == nil {
		return nil
	}
	if e, ok := kindErrors[fs.KindOf(err)]; ok {
		return e
	}
	return errors.Join(wake.ErrIO, err)
}

// The bits of a mode that Go puts elsewhere than Linux.
var modeBits = []struct {
	unix uint32
	goes iofs.FileMode
}{
	{fs.ModeSetUID, iofs.ModeSetuid}, {fs.ModeSetGID, iofs.ModeSetgid}, {fs.ModeSticky, iofs.ModeSticky},
}

var typeBits = map[uint32]iofs.FileMode{
	fs.ModeDir: iofs.ModeDir, fs.ModeSymlink: iofs.ModeSymlink, fs.ModeFIFO: iofs.ModeNamedPipe, fs.ModeSocket: iofs.ModeSocket,
	fs.ModeBlock: iofs.ModeDevice, fs.ModeChar: iofs.ModeDevice | iofs.ModeCharDevice,
}

func toMode(m uint32) iofs.FileMode {
	out := iofs.FileMode(m&fs.ModePerm) | typeBits[m&fs.ModeType]
	for _, b := range modeBits {
		if m&b.unix != 0 {
			out |= b.goes
		}
	}
	return out
}

func fromMode(m iofs.FileMode) uint32 {
	out := uint32(m.Perm())
	for _, b := range modeBits {
		if m&b.goes != 0 {
			out |= b.unix
		}
	}
	return out
}

func toAttr(name string, a *fs.Attr) wake.Attr {
	return wake.Attr{
		Name: name, Mode: toMode(a.Mode), Size: a.Size, UID: a.UID, GID: a.GID, Nlink: a.Nlink,
		Ino: uint64(a.Ino), Version: uint64(a.Version),
		ModTime: time.Unix(0, a.Mtime), AccessTime: time.Unix(0, a.Atime), ChangeTime: time.Unix(0, a.Ctime),
	}
}

// Stat implements wake.Host.
func (h *host) Stat(name string, follow bool) (wake.Attr, error) {
	a, err := h.c.Resolve(h.ctx, name, follow)
	if err != nil {
		return wake.Attr{}, toScript(err)
	}
	// Its attributes are what the function goes by, so they become a precondition.
	if a, err = h.c.GetAttr(h.ctx, a.Ino); err != nil {
		return wake.Attr{}, toScript(err)
	}
	return toAttr(path.Base(name), &a), nil
}

// ReadDir implements wake.Host.
func (h *host) ReadDir(name, after string, limit int) ([]wake.Attr, error) {
	dir, err := h.c.Resolve(h.ctx, name, true)
	if err != nil {
		return nil, toScript(err)
	}
	if !dir.IsDir() {
		return nil, wake.ErrNotDir
	}
	entries, err := h.spec.ReadDir(h.ctx, dir.Ino, after, limit)
	if err != nil {
		return nil, toScript(err)
	}
	out := make([]wake.Attr, len(entries))
	for i := range entries {
		if err := h.c.Overlay(h.ctx, &entries[i].Attr); err != nil {
			return nil, toScript(err)
		}
		out[i] = toAttr(entries[i].Name, &entries[i].Attr)
	}
	return out, nil
}

// Open implements wake.Host.
func (h *host) Open(name string, flag wake.OpenFlag, perm iofs.FileMode) (wake.HostFile, wake.Attr, error) {
	var flags client.OpenFlags
	if flag&wake.OpenRead != 0 {
		flags |= client.Read
	}
	if flag&wake.OpenWrite != 0 {
		flags |= client.Write
	}
	if flag&wake.OpenTrunc != 0 {
		flags |= client.Truncate
	}
	handle, a, err := h.open(name, flag, flags, fromMode(perm))
	if err != nil {
		return nil, wake.Attr{}, toScript(err)
	}
	return &hostFile{h, handle}, toAttr(path.Base(name), &a), nil
}

func (h *host) open(name string, flag wake.OpenFlag, flags client.OpenFlags, mode uint32) (*client.Handle, fs.Attr, error) {
	a, err := h.c.Resolve(h.ctx, name, true)
	switch {
	case err == nil && flag&wake.OpenCreate != 0 && flag&wake.OpenExcl != 0:
		return nil, a, fs.E("open", fs.KindExists, name, nil)
	case err == nil && a.IsDir():
		return nil, a, fs.E("open", fs.KindIsDir, name, nil)
	case err == nil:
		return h.c.Open(h.ctx, &h.cred, a.Ino, flags)
	case fs.KindOf(err) != fs.KindNotFound || flag&wake.OpenCreate == 0:
		return nil, a, err
	}
	dir, base, err := h.c.Parent(h.ctx, name)
	if err != nil {
		return nil, a, err
	}
	return h.c.Create(h.ctx, &h.cred, dir.Ino, base, mode, 0, flags&^client.Truncate)
}

// at calls do with the directory and the last element of a path.
func (h *host) at(name string, do func(dir fs.Ino, base string) error) error {
	dir, base, err := h.c.Parent(h.ctx, name)
	if err != nil {
		return toScript(err)
	}
	return toScript(do(dir.Ino, base))
}

// Mkdir implements wake.Host.
func (h *host) Mkdir(name string, perm iofs.FileMode) error {
	return h.at(name, func(dir fs.Ino, base string) error {
		_, err := h.c.Make(h.ctx, &h.cred, &fs.Create{Parent: dir, Name: base, Mode: fs.ModeDir | fromMode(perm)})
		return err
	})
}

// Remove implements wake.Host.
func (h *host) Remove(name string) error {
	return h.at(name, func(dir fs.Ino, base string) error {
		a, err := h.c.Lookup(h.ctx, dir, base)
		if err == nil {
			_, err = h.c.Unlink(h.ctx, &h.cred, dir, base, a.IsDir())
		}
		return err
	})
}

// Rename implements wake.Host.
func (h *host) Rename(oldName, newName string) error {
	return h.at(oldName, func(from fs.Ino, base string) error {
		to, newBase, err := h.c.Parent(h.ctx, newName)
		if err == nil {
			_, err = h.c.Rename(h.ctx, &h.cred, &fs.Rename{Parent: from, Name: base, NewParent: to.Ino, NewName: newBase})
		}
		return err
	})
}

// Symlink implements wake.Host.
func (h *host) Symlink(target, name string) error {
	return h.at(name, func(dir fs.Ino, base string) error {
		_, err := h.c.Make(h.ctx, &h.cred, &fs.Create{Parent: dir, Name: base, Mode: fs.ModeSymlink | 0o777, Target: target})
		return err
	})
}

// Readlink implements wake.Host.
func (h *host) Readlink(name string) (string, error) {
	a, err := h.c.Resolve(h.ctx, name, false)
	if err != nil {
		return "", toScript(err)
	}
	t, err := h.spec.Readlink(h.ctx, a.Ino)
	return t, toScript(err)
}

// Link implements wake.Host.
func (h *host) Link(oldName, newName string) error {
	a, err := h.c.Resolve(h.ctx, oldName, false)
	if err != nil {
		return toScript(err)
	}
	return h.at(newName, func(dir fs.Ino, base string) error {
		_, err := h.c.Link(h.ctx, &h.cred, a.Ino, dir, base)
		return err
	})
}

// SetAttr implements wake.Host.
func (h *host) SetAttr(name string, ch wake.Change) error {
	a, err := h.c.Resolve(h.ctx, name, true)
	if err != nil {
		return toScript(err)
	}
	op := &fs.SetAttr{Ino: a.Ino}
	if ch.Mode != nil {
		op.Set, op.Mode = op.Set|fs.SetMode, fromMode(*ch.Mode)
	}
	if ch.UID != nil {
		op.Set, op.UID = op.Set|fs.SetUID, *ch.UID
	}
	if ch.GID != nil {
		op.Set, op.GID = op.Set|fs.SetGID, *ch.GID
	}
	if ch.Size != nil {
		op.Set, op.Size = op.Set|fs.SetSize|fs.SetClose, *ch.Size
	}
	if ch.AccessTime != nil {
		op.Set, op.Atime = op.Set|fs.SetAtime, ch.AccessTime.UnixNano()
	}
	if ch.ModTime != nil {
		op.Set, op.Mtime = op.Set|fs.SetMtime, ch.ModTime.UnixNano()
	}
	_, err = h.c.SetAttr(h.ctx, &h.cred, op)
	return toScript(err)
}

// GetXattr implements wake.Host.
func (h *host) GetXattr(name, attr string) ([]byte, error) {
	a, err := h.c.Resolve(h.ctx, name, true)
	if err != nil {
		return nil, toScript(err)
	}
	v, err := h.spec.GetXattr(h.ctx, a.Ino, attr)
	return v, toScript(err)
}

// SetXattr implements wake.Host.
func (h *host) SetXattr(name, attr string, value []byte, flag wake.XattrFlag) error {
	op := &fs.SetXattr{Name: attr, Value: value}
	switch flag {
	case wake.XattrCreate:
		op.Flags = fs.XattrCreate
	case wake.XattrReplace:
		op.Flags = fs.XattrReplace
	}
	return h.setXattr(name, op)
}

// RemoveXattr implements wake.Host.
func (h *host) RemoveXattr(name, attr string) error {
	return h.setXattr(name, &fs.SetXattr{Name: attr, Flags: fs.XattrRemove})
}

func (h *host) setXattr(name string, op *fs.SetXattr) error {
	a, err := h.c.Resolve(h.ctx, name, true)
	if err != nil {
		return toScript(err)
	}
	op.Ino = a.Ino
	return toScript(h.c.SetXattr(h.ctx, &h.cred, op))
}

// ListXattr implements wake.Host.
func (h *host) ListXattr(name string) ([]string, error) {
	a, err := h.c.Resolve(h.ctx, name, true)
	if err != nil {
		return nil, toScript(err)
	}
	names, err := h.spec.ListXattr(h.ctx, a.Ino)
	return names, toScript(err)
}

// hostFile is an open file of an invocation.
type hostFile struct {
	h *host
	f *client.Handle
}

// ReadAt implements wake.HostFile.
func (f *hostFile) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, os.ErrInvalid
	}
	n, err := f.f.ReadAt(f.h.ctx, p, off)
	if err != nil {
		return n, toScript(err)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// WriteAt implements wake.HostFile.
func (f *hostFile) WriteAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, os.ErrInvalid
	}
	if err := f.f.WriteAt(f.h.ctx, p, off, false); err != nil {
		return 0, toScript(err)
	}
	return len(p), nil
}

// Close implements wake.HostFile.
func (f *hostFile) Close() error {
	err := f.f.Flush(f.h.ctx)
	return toScript(errors.Join(err, f.f.Release(f.h.ctx)))
}
