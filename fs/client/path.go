package client

import (
	"context"
	"strings"

	"github.com/wakefs/wakefs/fs"
)

// maxLinks bounds the symbolic links followed for one path, as Linux does.
const maxLinks = 40

// Resolve finds the inode of an absolute path. Symbolic links on the way are followed,
// the last element only with follow. Errors: KindNotFound, KindNotDir, KindLoop, KindAccess, KindInvalid.
func (c *Client) Resolve(ctx context.Context, path string, follow bool) (fs.Attr, error) {
	w := walk{c: c, ctx: ctx}
	return w.resolve(path, follow)
}

// Parent finds the directory that has, or would have, the last element of an absolute
// path, and returns that element. KindInvalid for the root.
func (c *Client) Parent(ctx context.Context, path string) (fs.Attr, string, error) {
	path = strings.TrimRight(path, "/")
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return fs.Attr{}, "", fs.E("resolve", fs.KindInvalid, path, nil)
	}
	dir, err := c.Resolve(ctx, path[:i+1], true)
	if err != nil {
		return dir, "", err
	}
	if !dir.IsDir() {
		return dir, "", fs.E("resolve", fs.KindNotDir, path[:i], nil)
	}
	return dir, path[i+1:], nil
}

// MkdirAll makes a directory and those above it that are missing, and returns it.
func (c *Client) MkdirAll(ctx context.Context, cred *fs.Cred, path string, mode uint32) (fs.Attr, error) {
	a, err := c.Resolve(ctx, path, true)
	if err == nil {
		if !a.IsDir() {
			err = fs.E("mkdir", fs.KindNotDir, path, nil)
		}
		return a, err
	}
	if fs.KindOf(err) != fs.KindNotFound {
		return a, err
	}
	path = strings.TrimRight(path, "/")
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		if _, err := c.MkdirAll(ctx, cred, path[:i], mode); err != nil {
			return a, err
		}
	}
	dir, name, err := c.Parent(ctx, path)
	if err != nil {
		return a, err
	}
	a, err = c.Make(ctx, cred, &fs.Create{Parent: dir.Ino, Name: name, Mode: fs.ModeDir | mode})
	if fs.KindOf(err) == fs.KindExists { // somebody else was faster
		return c.Resolve(ctx, path, true)
	}
	return a, err
}

// ReadFile reads a whole file of at most limit bytes. KindTooBig.
func (c *Client) ReadFile(ctx context.Context, ino fs.Ino, limit int64) ([]byte, error) {
	h, a, err := c.Open(ctx, nil, ino, Read)
	if err != nil {
		return nil, err
	}
	defer h.Release(ctx) //nolint:errcheck // a reader's release has no error
	if a.Size > limit {
		return nil, fs.Errorf("read", fs.KindTooBig, "", "%d bytes, at most %d are read", a.Size, limit)
	}
	b := make([]byte, a.Size)
	n, err := h.ReadAt(ctx, b, 0)
	return b[:n], err
}

// WriteFile makes path a file with this content, durable at the return. Directories above it must be there.
func (c *Client) WriteFile(ctx context.Context, cred *fs.Cred, path string, data []byte, mode uint32) error {
	dir, name, err := c.Parent(ctx, path)
	if err != nil {
		return err
	}
	h, _, err := c.Create(ctx, cred, dir.Ino, name, mode, 0, Write)
	if fs.KindOf(err) == fs.KindExists {
		var a fs.Attr
		if a, err = c.Resolve(ctx, path, true); err == nil {
			h, _, err = c.Open(ctx, cred, a.Ino, Write|Truncate)
		}
	}
	if err != nil {
		return err
	}
	err = h.WriteAt(ctx, data, 0, false)
	if err == nil {
		err = h.Flush(ctx)
	}
	if rerr := h.Release(ctx); err == nil {
		err = rerr
	}
	return err
}

// walk is the state of one path's resolution.
type walk struct {
	c     *Client
	ctx   context.Context
	links int
}

func (w *walk) resolve(path string, follow bool) (fs.Attr, error) {
	if !strings.HasPrefix(path, "/") {
		return fs.Attr{}, fs.Errorf("resolve", fs.KindInvalid, path, "the path is not absolute")
	}
	at, err := w.c.GetAttr(w.ctx, fs.RootIno)
	if err != nil {
		return at, err
	}
	return w.from(at, path, path, follow)
}

// from resolves rest beginning at directory at. full is what errors name.
func (w *walk) from(at fs.Attr, rest, full string, follow bool) (fs.Attr, error) {
	for rest != "" {
		var name string
		if name, rest, _ = strings.Cut(rest, "/"); name == "" || name == "." {
			continue
		}
		if !at.IsDir() {
			return at, fs.E("resolve", fs.KindNotDir, full, nil)
		}
		var next fs.Attr
		var err error
		if name == ".." {
			next, err = w.c.GetAttr(w.ctx, at.Parent)
		} else {
			next, err = w.c.Lookup(w.ctx, at.Ino, name)
		}
		if err != nil {
			return next, fs.E("resolve", fs.KindOf(err), full, nil)
		}
		last := strings.Trim(rest, "/") == ""
		if next.Mode&fs.ModeType == fs.ModeSymlink && (!last || follow) {
			if w.links++; w.links > maxLinks {
				return next, fs.E("resolve", fs.KindLoop, full, nil)
			}
			target, err := w.c.meta.Readlink(w.ctx, next.Ino)
			if err != nil {
				return next, err
			}
			if strings.HasPrefix(target, "/") {
				next, err = w.resolve(target, true)
			} else {
				next, err = w.from(at, target, full, true)
			}
			if err != nil {
				return next, err
			}
		}
		at = next
	}
	return at, nil
}
