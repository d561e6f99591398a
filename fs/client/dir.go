package client

import (
	"context"
	"sync"

	"github.com/wakefs/wakefs/fs"
)

// Dir is an open directory. Positions are stable: an entry keeps its position for the
// life of the handle, and one that is there from beginning to end is
// returned once, whatever is made or removed meanwhile.
type Dir struct {
	c   *Client
	ino fs.Ino

	mu struct {
		sync.Mutex
		entries []fs.Dirent // read so far, in the order of names
		done    bool        // there are no more
	}
}

// dirPage is how many entries are fetched at once.
const dirPage = 512

// OpenDir opens a directory. KindNotFound, KindNotDir.
func (c *Client) OpenDir(ctx context.Context, ino fs.Ino) (*Dir, error) {
	attr, err := c.meta.GetAttr(ctx, ino)
	if err != nil {
		return nil, err
	}
	if !attr.IsDir() {
		return nil, fs.E("opendir", fs.KindNotDir, "", nil)
	}
	return &Dir{c: c, ino: ino}, nil
}

// Ino is the directory that is open.
func (d *Dir) Ino() fs.Ino { return d.ino }

// Read calls yield with the entries from position pos on and their positions, until it
// returns false or there are no more. Position 0 reads the directory anew. "." and
// ".." are not among the entries. Attributes are as they were when the entry was read.
func (d *Dir) Read(ctx context.Context, pos int, yield func(pos int, e *fs.Dirent) bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if pos == 0 {
		d.mu.entries, d.mu.done = nil, false
	}
	for {
		for ; pos < len(d.mu.entries); pos++ {
			if !yield(pos, &d.mu.entries[pos]) {
				return nil
			}
		}
		if d.mu.done {
			return nil
		}
		after := ""
		if n := len(d.mu.entries); n > 0 {
			after = d.mu.entries[n-1].Name
		}
		page, err := d.c.meta.ReadDir(ctx, d.ino, after, dirPage)
		if err != nil {
			return err
		}
		d.mu.done = len(page) < dirPage
		d.mu.entries = append(d.mu.entries, page...)
	}
}
