package worker

import (
	"io/fs"
	"sync"

	"github.com/wakefs/wakefs/triggers/wake"
)

// client is the wake.Host inside a worker: it asks the node.
type client struct {
	http sync.Mutex // held over the calls that make up an HTTP request; before mu
	mu   sync.Mutex // serializes calls and output; guards c
	c    *conn
	// die ends the process; a worker that cannot talk to its node has no purpose.
	die func(error)
}

var _ wake.Host = (*client)(nil)

// call sends the request that put appends and, if the node reports success, lets get take its answer apart.
func (h *client) call(o op, put func(c *conn), get func(d *decoder)) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.c.begin(kindCall)
	h.c.putByte(byte(o))
	put(h.c)
	if len(h.c.out) > maxFrame {
		return wake.ErrNameTooLong
	}
	if err := h.c.send(); err != nil {
		h.die(err)
	}
	k, payload, err := h.c.read()
	if err != nil {
		h.die(err)
	}
	d := decoder{b: payload}
	code := d.byte()
	if k != kindReply || d.err != nil {
		h.die(violation("no reply"))
	}
	if get != nil {
		get(&d)
		if d.err != nil {
			h.die(d.err)
		}
	}
	return errOf(code)
}

// output sends text for the invocation's log.
func (h *client) output(text []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for len(text) > 0 {
		n := min(len(text), maxString)
		h.c.begin(kindOutput)
		h.c.putBytes(text[:n])
		if err := h.c.send(); err != nil {
			h.die(err)
		}
		text = text[n:]
	}
}

// checked refuses what no path or name may exceed, so that a frame always fits.
func (h *client) checked(names ...string) error {
	for _, name := range names {
		if len(name) > maxString {
			return wake.ErrNameTooLong
		}
	}
	return nil
}

func (h *client) onPaths(o op, names ...string) error {
	if err := h.checked(names...); err != nil {
		return err
	}
	return h.call(o, func(c *conn) {
		for _, name := range names {
			c.putString(name)
		}
	}, nil)
}

func (h *client) Mkdir(path string, perm fs.FileMode) error {
	if err := h.checked(path); err != nil {
		return err
	}
	return h.call(opMkdir, func(c *conn) { c.putString(path); c.putUint(uint64(perm)) }, nil)
}

func (h *client) Remove(path string) error             { return h.onPaths(opRemove, path) }
func (h *client) Rename(oldPath, newPath string) error { return h.onPaths(opRename, oldPath, newPath) }
func (h *client) Symlink(target, path string) error    { return h.onPaths(opSymlink, target, path) }
func (h *client) Link(oldPath, newPath string) error   { return h.onPaths(opLink, oldPath, newPath) }

func (h *client) RemoveXattr(path, name string) error { return h.onPaths(opRemoveXattr, path, name) }

func (h *client) Stat(path string, follow bool) (a wake.Attr, err error) {
	if err := h.checked(path); err != nil {
		return a, err
	}
	err = h.call(opStat,
		func(c *conn) { c.putString(path); c.putBool(follow) },
		func(d *decoder) {
			if len(d.b) > 0 {
				a = d.attr()
			}
		})
	return a, err
}

func (h *client) ReadDir(path, after string, limit int) (page []wake.Attr, err error) {
	if err := h.checked(path, after); err != nil {
		return nil, err
	}
	err = h.call(opReadDir,
		func(c *conn) { c.putString(path); c.putString(after); c.putUint(uint64(min(limit, maxPage))) },
		func(d *decoder) {
			if len(d.b) > 0 {
				for range d.count() {
					page = append(page, d.attr())
				}
			}
		})
	return page, err
}

func (h *client) Readlink(path string) (target string, err error) {
	if err := h.checked(path); err != nil {
		return "", err
	}
	err = h.call(opReadlink,
		func(c *conn) { c.putString(path) },
		func(d *decoder) {
			if len(d.b) > 0 {
				target = d.string()
			}
		})
	return target, err
}

func (h *client) SetAttr(path string, change wake.Change) error {
	if err := h.checked(path); err != nil {
		return err
	}
	return h.call(opSetAttr, func(c *conn) { c.putString(path); c.putChange(&change) }, nil)
}

func (h *client) GetXattr(path, name string) (value []byte, err error) {
	if err := h.checked(path, name); err != nil {
		return nil, err
	}
	err = h.call(opGetXattr,
		func(c *conn) { c.putString(path); c.putString(name) },
		func(d *decoder) {
			if len(d.b) > 0 {
				value = append([]byte{}, d.bytes(maxXattr)...)
			}
		})
	return value, err
}

func (h *client) SetXattr(path, name string, value []byte, flag wake.XattrFlag) error {
	if err := h.checked(path, name); err != nil {
		return err
	}
	if len(value) > maxXattr {
		return wake.ErrFileTooLarge
	}
	return h.call(opSetXattr, func(c *conn) {
		c.putString(path)
		c.putString(name)
		c.putBytes(value)
		c.putByte(byte(flag))
	}, nil)
}

func (h *client) ListXattr(path string) (names []string, err error) {
	if err := h.checked(path); err != nil {
		return nil, err
	}
	err = h.call(opListXattr,
		func(c *conn) { c.putString(path) },
		func(d *decoder) {
			if len(d.b) > 0 {
				for range d.count() {
					names = append(names, d.string())
				}
			}
		})
	return names, err
}

// ReadWhole and WriteWhole are what wake.Context uses for small files; see wake.

func (h *client) ReadWhole(path string) (data []byte, whole bool, err error) {
	if err := h.checked(path); err != nil {
		return nil, false, err
	}
	err = h.call(opReadWhole,
		func(c *conn) { c.putString(path) },
		func(d *decoder) {
			if len(d.b) > 0 {
				whole = d.bool()
				data = append([]byte{}, d.bytes(maxData)...)
			}
		})
	return data, whole, err
}

func (h *client) WriteWhole(path string, data []byte, perm fs.FileMode) error {
	if err := h.checked(path); err != nil {
		return err
	}
	return h.call(opWriteWhole, func(c *conn) { c.putString(path); c.putUint(uint64(perm)); c.putBytes(data) }, nil)
}

func (h *client) Open(path string, flag wake.OpenFlag, perm fs.FileMode) (wake.HostFile, wake.Attr, error) {
	var a wake.Attr
	if err := h.checked(path); err != nil {
		return nil, a, err
	}
	f := &clientFile{h: h}
	err := h.call(opOpen,
		func(c *conn) { c.putString(path); c.putByte(byte(flag)); c.putUint(uint64(perm)) },
		func(d *decoder) {
			if len(d.b) > 0 {
				f.id = d.uint()
				a = d.attr()
			}
		})
	if err != nil {
		return nil, a, err
	}
	return f, a, nil
}

// clientFile is a file that the node holds open under a number.
type clientFile struct {
	h  *client
	id uint64
}

func (f *clientFile) ReadAt(p []byte, off int64) (n int, err error) {
	if len(p) > maxData {
		p = p[:maxData]
	}
	err = f.h.call(opReadAt,
		func(c *conn) { c.putUint(f.id); c.putInt(off); c.putUint(uint64(len(p))) },
		func(d *decoder) {
			if len(d.b) > 0 {
				n = copy(p, d.bytes(maxData))
			}
		})
	return n, err
}

func (f *clientFile) WriteAt(p []byte, off int64) (n int, err error) {
	for n < len(p) {
		part := p[n:min(len(p), n+maxData)]
		err := f.h.call(opWriteAt, func(c *conn) { c.putUint(f.id); c.putInt(off + int64(n)); c.putBytes(part) }, nil)
		if err != nil {
			return n, err
		}
		n += len(part)
	}
	return n, nil
}

func (f *clientFile) Close() error {
	return f.h.call(opClose, func(c *conn) { c.putUint(f.id) }, nil)
}
