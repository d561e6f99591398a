package client

import (
	"context"

	"github.com/wakefs/wakefs/fs"
)

// OpenFlags say what a handle is for.
type OpenFlags uint8

// The flags of Open.
const (
	Read     OpenFlags = 1 << iota
	Write              // bytes may be written
	Append             // every write goes to the end
	Truncate           // empty the file first; with Write
)

// Handle is an open file. Its methods may be called concurrently.
type Handle struct {
	f     *file
	flags OpenFlags
}

// Open opens an inode, in the name of cred where that changes something. KindIsDir,
// KindInvalid (no regular file), KindNotFound.
func (c *Client) Open(ctx context.Context, cred *fs.Cred, ino fs.Ino, flags OpenFlags) (*Handle, fs.Attr, error) {
	f := c.get(ino)
	attr, err := c.open(ctx, cred, f, flags)
	if err != nil {
		c.put(f)
		return nil, fs.Attr{}, err
	}
	return &Handle{f: f, flags: flags}, attr, nil
}

func (c *Client) open(ctx context.Context, cred *fs.Cred, f *file, flags OpenFlags) (fs.Attr, error) {
	if flags&Truncate != 0 {
		attr, err := c.SetAttr(ctx, cred, &fs.SetAttr{Ino: f.ino, Set: fs.SetSize})
		if err == nil {
			f.mu.Lock()
			f.mu.touched = true
			f.mu.Unlock()
		}
		return attr, err
	}
	attr, err := c.meta.GetAttr(ctx, f.ino)
	if err != nil {
		return attr, err
	}
	if !attr.IsRegular() {
		return attr, fs.E("open", fs.KindInvalid, "", nil)
	}
	// What was cached while nobody looked is checked here: the promise of close-to-open.
	f.mu.Lock()
	if f.mu.valid && f.mu.attr.Version != attr.Version {
		f.invalidateLocked()
	}
	f.mu.Unlock()
	return attr, c.Overlay(ctx, &attr)
}

// Create makes a regular file and opens it. With an empty name it has none (O_TMPFILE).
// Errors as fs.Create's.
func (c *Client) Create(ctx context.Context, cred *fs.Cred, dir fs.Ino, name string, mode, umask uint32, flags OpenFlags) (*Handle, fs.Attr, error) {
	attr, err := c.Make(ctx, cred, &fs.Create{Parent: dir, Name: name, Mode: fs.ModeRegular | mode&^fs.ModeType, Umask: umask})
	if err != nil {
		return nil, attr, err
	}
	f := c.get(attr.Ino)
	f.mu.Lock()
	f.mu.touched = true
	if !f.mu.valid {
		f.mu.attr, f.mu.extents, f.mu.from, f.mu.to, f.mu.valid = attr, nil, 0, fs.MaxSize, true
	}
	f.mu.Unlock()
	return &Handle{f: f, flags: flags}, attr, nil
}

// Ino is the inode that is open.
func (h *Handle) Ino() fs.Ino { return h.f.ino }

// Flags are those the handle was opened with.
func (h *Handle) Flags() OpenFlags { return h.flags }

// ReadAt reads into dst from off. Fewer bytes than asked, or none, only at the end of the
// file, without an error.
func (h *Handle) ReadAt(ctx context.Context, dst []byte, off int64) (int, error) {
	return h.f.read(ctx, dst, off)
}

// WriteAt writes p at off; with Append at the end of the file, wherever that is, unless
// mapped says that it comes from a mapping. It returns when p is in memory, where every reader of
// this client sees it. KindTooBig.
func (h *Handle) WriteAt(ctx context.Context, p []byte, off int64, mapped bool) error {
	_, err := h.f.write(ctx, p, off, h.flags&Append != 0 && !mapped)
	return err
}

// Flush is for a close(2): what was written, and that the file was made or truncated, is
// durable (or, with Options.Relaxed, visible) at the return, or its error is the return.
func (h *Handle) Flush(ctx context.Context) error {
	f := h.f
	if h.flags&Write == 0 {
		return nil
	}
	if f.c.o.Relaxed {
		return f.commit(ctx, flushOptions{wait: fs.Accepted, close: true})
	}
	f.mu.Lock()
	touched := f.mu.touched
	f.mu.Unlock()
	err := f.commit(ctx, flushOptions{wait: fs.Committed, close: true})
	if err == nil && touched {
		err = f.c.meta.Sync(ctx) // an empty file too is there after a crash
	}
	return err
}

// Fsync makes the file durable as it is now.
func (h *Handle) Fsync(ctx context.Context) error {
	if h.f.dirtySince(fs.MaxSize) {
		return h.f.commit(ctx, flushOptions{wait: fs.Committed})
	}
	return h.f.c.meta.Sync(ctx)
}

// Release ends the handle. What mmap left is committed here; an error of that has nobody
// else to tell and is returned for the log. The file is announced as complete if
// nothing else did.
func (h *Handle) Release(ctx context.Context) error {
	f, c := h.f, h.f.c
	var err error
	if h.flags&Write != 0 {
		err = f.commit(ctx, flushOptions{wait: fs.Accepted, close: true, released: c.lastUse(f)})
	}
	if c.put(f) {
		f.flush.Lock()
		f.discard(ctx) // what could not be committed is lost, and was reported
		f.flush.Unlock()
		if c.asked(f.ino) { // an orphan goes at once, not with the next keep-alive
			_ = c.KeepAlive(ctx)
		}
	}
	return err
}

// lastUse tells whether nobody else has the file open.
func (c *Client) lastUse(f *file) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return f.refs == 1
}

// asked tells whether the metadata service waits to hear whether the inode is open.
func (c *Client) asked(ino fs.Ino) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, o := range c.mu.orphans {
		if o == ino {
			return true
		}
	}
	return false
}
