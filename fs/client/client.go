package client

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// Options configure a Client. Meta, Stripes and Clock are required.
type Options struct {
	Meta    fs.Meta
	Stripes *Stripes
	Clock   func() int64 // ns since the Unix epoch
	Log     *slog.Logger // nil: discard

	// Relaxed is the mount option durability=fsync: a close makes a file's writes
	// visible, and only fsync waits until they are durable.
	Relaxed bool
	// InlineMax is how many dirty bytes at a flush are carried inline with the Tx, at most.
	// Default 16 KiB.
	InlineMax int
	// Ragged is told of files that were committed in several or in small pieces. It must not
	// block. May be nil.
	Ragged func(fs.Ino)
	// Inlined is told of files that were committed with inline data. It must not block. May be nil.
	Inlined func(fs.Ino)
	// Changed is told what other sessions change. It must not block. May be nil.
	Changed func(fs.Change)
}

// Client is the file system as one session sees it. Its methods may be called
// concurrently. Errors are those of the metadata service and of the chunk servers, as *fs.Error.
type Client struct {
	o       Options
	meta    fs.Meta
	stripes *Stripes
	uploads chan struct{} // a place for each stripe that is being stored in the background

	mu struct {
		sync.Mutex
		files   map[fs.Ino]*file
		orphans []fs.Ino // to answer for at the next KeepAlive
	}
}

// maxUploads bounds the full stripes of a client that wait to be stored: 32 MiB.
const maxUploads = 8

// New returns a Client. It starts nothing; Run is what a lasting one needs.
func New(o Options) *Client {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.InlineMax == 0 {
		o.InlineMax = 16 << 10
	}
	c := &Client{o: o, meta: o.Meta, stripes: o.Stripes, uploads: make(chan struct{}, maxUploads)}
	c.mu.files = make(map[fs.Ino]*file)
	return c
}

// Meta is the metadata session under the client.
func (c *Client) Meta() fs.Meta { return c.meta }

// Stripes is what the client stores stripes with.
func (c *Client) Stripes() *Stripes { return c.stripes }

// The rhythm of Run.
const (
	keepAliveEvery = 2 * time.Second
	writeBackAfter = 5 * time.Second
)

// Run keeps the session alive, writes back what was written long ago and never
// flushed, and notes what others change, until ctx ends.
func (c *Client) Run(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { c.followChanges(ctx) })
	for sleep(ctx, keepAliveEvery) == nil {
		if err := c.KeepAlive(ctx); err != nil && ctx.Err() == nil {
			c.o.Log.Warn("session keep-alive failed", "err", err)
		}
		c.writeBack(ctx)
	}
	wg.Wait()
}

// KeepAlive tells the metadata service that the session lives and which of the orphans
// it asked about are open here.
func (c *Client) KeepAlive(ctx context.Context) error {
	c.mu.Lock()
	asked := c.mu.orphans
	c.mu.Unlock()
	return keepAlive(ctx, c.meta, asked, c.held, func(orphans []fs.Ino) {
		c.mu.Lock()
		c.mu.orphans = orphans
		c.mu.Unlock()
	})
}

// held returns those of the inodes that are open here.
func (c *Client) held(inos []fs.Ino) []fs.Ino {
	c.mu.Lock()
	defer c.mu.Unlock()
	var held []fs.Ino
	for _, ino := range inos {
		if c.mu.files[ino] != nil {
			held = append(held, ino)
		}
	}
	return held
}

// KeepSession keeps a session alive that has no files open.
func KeepSession(ctx context.Context, m fs.Meta) error {
	return keepAlive(ctx, m, nil, func([]fs.Ino) []fs.Ino { return nil }, func([]fs.Ino) {})
}

// maxAnswers bounds the questions about orphans that one keep-alive answers.
const maxAnswers = 64

// keepAlive answers for the orphans that were asked about the last time, and for those it is asked about now at
// once, so that what nobody holds is deleted soon.
func keepAlive(ctx context.Context, m fs.Meta, last []fs.Ino, held func([]fs.Ino) []fs.Ino, asked func([]fs.Ino)) error {
	open := held(last)
	for range maxAnswers {
		orphans, err := m.KeepAlive(ctx, open)
		if err != nil {
			return err
		}
		asked(orphans)
		open = held(orphans)
		if len(open) == len(orphans) {
			return nil
		}
	}
	return nil
}

// writeBack flushes files whose oldest unflushed write is older than writeBackAfter.
func (c *Client) writeBack(ctx context.Context) {
	old := c.o.Clock() - int64(writeBackAfter)
	c.mu.Lock()
	var files []*file
	for _, f := range c.mu.files {
		if f.dirtySince(old) {
			f.refs++
			files = append(files, f)
		}
	}
	c.mu.Unlock()
	for _, f := range files {
		if err := f.commit(ctx, flushOptions{wait: fs.Committed}); err != nil && ctx.Err() == nil {
			c.o.Log.Warn("write-back failed; the data stays in memory until the next fsync or close", "ino", f.ino, "err", err)
		}
		c.put(f)
	}
}

// followChanges drops what is cached of files that others change.
func (c *Client) followChanges(ctx context.Context) {
	var at uint64
	for {
		changes, next, err := c.meta.Changes(ctx, at)
		if err != nil {
			if sleep(ctx, time.Second) != nil {
				return
			}
			continue
		}
		at = next
		for _, ch := range changes {
			c.Changed(ch)
		}
	}
}

// Changed drops what is cached of a file that another session changed.
func (c *Client) Changed(ch fs.Change) {
	if c.o.Changed != nil {
		c.o.Changed(ch)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if ch.Ino == 0 && ch.Parent == 0 {
		for _, f := range c.mu.files {
			f.invalidate()
		}
		return
	}
	if f := c.mu.files[ch.Ino]; f != nil {
		f.invalidate()
	}
}

// get returns the file of an inode for use, making it at the first.
func (c *Client) get(ino fs.Ino) *file {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.mu.files[ino]
	if f == nil {
		f = &file{c: c, ino: ino}
		c.mu.files[ino] = f
	}
	f.refs++
	return f
}

// peek returns the file of an inode if it is open.
func (c *Client) peek(ino fs.Ino) *file {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.mu.files[ino]
}

// put ends a use of the file and tells whether it was the last.
func (c *Client) put(f *file) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.refs--
	if f.refs > 0 {
		return false
	}
	delete(c.mu.files, f.ino)
	return true
}

// propose applies operations in somebody's name.
func (c *Client) propose(ctx context.Context, cred *fs.Cred, wait fs.Wait, ops ...fs.Op) (fs.Result, error) {
	tx := &fs.Tx{Time: c.o.Clock(), Ops: ops}
	if cred != nil {
		tx.Cred = *cred
	}
	return c.meta.Propose(ctx, tx, wait)
}

// SyncAll flushes every open file and waits until all is durable.
func (c *Client) SyncAll(ctx context.Context) error {
	c.mu.Lock()
	files := make([]*file, 0, len(c.mu.files))
	for _, f := range c.mu.files {
		if f.dirtySince(1<<63 - 1) {
			f.refs++
			files = append(files, f)
		}
	}
	c.mu.Unlock()
	var first error
	for _, f := range files {
		if err := f.commit(ctx, flushOptions{wait: fs.Committed}); err != nil && first == nil {
			first = err
		}
		c.put(f)
	}
	if first != nil {
		return first
	}
	return c.meta.Sync(ctx)
}
