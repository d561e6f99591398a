package client

import (
	"context"

	"github.com/wakefs/wakefs/fs"
)

// Lookup finds a name in a directory, with what is written and not committed counted in.
func (c *Client) Lookup(ctx context.Context, dir fs.Ino, name string) (fs.Attr, error) {
	attr, err := c.meta.Lookup(ctx, dir, name)
	if err == nil {
		err = c.Overlay(ctx, &attr)
	}
	return attr, err
}

// GetAttr returns an inode's attributes, with what is written and not committed counted in.
func (c *Client) GetAttr(ctx context.Context, ino fs.Ino) (fs.Attr, error) {
	f := c.peek(ino)
	if f == nil {
		return c.meta.GetAttr(ctx, ino)
	}
	for {
		gen := f.generation()
		attr, err := c.meta.GetAttr(ctx, ino)
		if err != nil || f.overlay(&attr, gen) {
			return attr, err
		}
	}
}

// Overlay brings committed attributes up to date with what is written here and not
// committed, if the file is open.
func (c *Client) Overlay(ctx context.Context, a *fs.Attr) error {
	if !a.IsRegular() || c.peek(a.Ino) == nil {
		return nil
	}
	fresh, err := c.GetAttr(ctx, a.Ino)
	if err == nil {
		*a = fresh
	}
	return err
}

// Make makes an inode of any type; op.Ino is allocated here. Errors as fs.Create's.
func (c *Client) Make(ctx context.Context, cred *fs.Cred, op *fs.Create) (fs.Attr, error) {
	ino, _, err := c.meta.Alloc(ctx)
	if err != nil {
		return fs.Attr{}, err
	}
	op.Ino = ino
	return c.one(ctx, cred, op)
}

// Link gives an inode one more name. Errors as fs.Link's.
func (c *Client) Link(ctx context.Context, cred *fs.Cred, ino, dir fs.Ino, name string) (fs.Attr, error) {
	attr, err := c.one(ctx, cred, &fs.Link{Ino: ino, Parent: dir, Name: name})
	if err == nil {
		c.invalidate(ino)
		err = c.Overlay(ctx, &attr)
	}
	return attr, err
}

// Unlink removes a name, of a directory with dir. It returns the attributes of the inode
// as it is left. Errors as fs.Unlink's.
func (c *Client) Unlink(ctx context.Context, cred *fs.Cred, parent fs.Ino, name string, dir bool) (fs.Attr, error) {
	attr, err := c.one(ctx, cred, &fs.Unlink{Parent: parent, Name: name, Dir: dir})
	if err == nil {
		c.invalidate(attr.Ino)
	}
	return attr, err
}

// Rename moves a name. It returns the attributes of an inode that was replaced, as it is
// left, or none (Ino 0). Errors as fs.Rename's.
func (c *Client) Rename(ctx context.Context, cred *fs.Cred, op *fs.Rename) (fs.Attr, error) {
	attr, err := c.one(ctx, cred, op)
	if err == nil {
		c.invalidate(attr.Ino)
	}
	return attr, err
}

// one applies a single operation, accepted.
func (c *Client) one(ctx context.Context, cred *fs.Cred, op fs.Op) (fs.Attr, error) {
	res, err := c.propose(ctx, cred, fs.Accepted, op)
	if err != nil {
		return fs.Attr{}, err
	}
	return res.Ops[0].Attr, nil
}

// invalidate forgets what is cached of an inode after a change of our own.
func (c *Client) invalidate(ino fs.Ino) {
	if f := c.peek(ino); f != nil {
		f.invalidate()
	}
}

// SetAttr changes attributes and returns the new ones. A change of size is ordered after
// what was written before. Errors as fs.SetAttr's.
func (c *Client) SetAttr(ctx context.Context, cred *fs.Cred, op *fs.SetAttr) (fs.Attr, error) {
	f := c.peek(op.Ino)
	if f == nil {
		return c.one(ctx, cred, op)
	}
	if op.Set&fs.SetSize != 0 {
		return c.resize(ctx, cred, f, op)
	}
	attr, err := c.one(ctx, cred, op)
	if err != nil {
		return attr, err
	}
	f.mu.Lock()
	if op.Set&(fs.SetMtime|fs.SetMtimeNow) != 0 {
		f.mu.keepTimes = true // the coming commit must not undo it
	}
	f.invalidateLocked()
	f.mu.Unlock()
	return attr, c.Overlay(ctx, &attr)
}

// resize truncates or grows a file that is open here.
func (c *Client) resize(ctx context.Context, cred *fs.Cred, f *file, op *fs.SetAttr) (fs.Attr, error) {
	if op.Size > 0 {
		if err := f.commit(ctx, flushOptions{wait: fs.Accepted}); err != nil {
			return fs.Attr{}, err
		}
	}
	f.flush.Lock()
	defer f.flush.Unlock()
	attr, err := c.one(ctx, cred, op)
	if err != nil {
		return attr, err
	}
	if op.Size == 0 {
		f.discard(ctx)
	}
	f.mu.Lock()
	f.mu.touched = true
	f.mu.spans.cut(op.Size, fs.MaxSize) // writes that came between are cut like the rest
	f.invalidateLocked()
	f.mu.Unlock()
	return attr, c.Overlay(ctx, &attr)
}

// SetXattr sets or removes an extended attribute. Errors as fs.SetXattr's.
func (c *Client) SetXattr(ctx context.Context, cred *fs.Cred, op *fs.SetXattr) error {
	_, err := c.one(ctx, cred, op)
	if err == nil {
		c.invalidate(op.Ino)
	}
	return err
}
