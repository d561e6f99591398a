package mount

import (
	"slices"
	"sync"
	"sync/atomic"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/client"
)

// open is what the kernel's file handle number stands for.
type open struct {
	file *client.Handle // or
	dir  *client.Dir
	rest atomic.Bool // a writer's descriptor was closed, and nothing was written since
}

func (o *open) writes() bool { return o.file != nil && o.file.Flags()&client.Write != 0 }

// handles is the table of the kernel's file handles.
type handles struct {
	next atomic.Uint64
	mu   sync.RWMutex
	m    map[uint64]*open

	writers map[fs.Ino][]*open
}

func (h *handles) init() { h.m, h.writers = make(map[uint64]*open), make(map[fs.Ino][]*open) }

func (h *handles) add(o *open) uint64 {
	fh := h.next.Add(1)
	h.mu.Lock()
	h.m[fh] = o
	if o.writes() {
		h.writers[o.file.Ino()] = append(h.writers[o.file.Ino()], o)
	}
	h.mu.Unlock()
	return fh
}

// written tells whether somebody is writing the file.
func (h *handles) written(ino fs.Ino) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return slices.ContainsFunc(h.writers[ino], func(o *open) bool { return !o.rest.Load() })
}

// get returns a handle, or nil if the kernel made the number up.
func (h *handles) get(fh uint64) *open {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.m[fh]
}

func (h *handles) file(fh uint64) *client.Handle {
	if o := h.get(fh); o != nil {
		return o.file
	}
	return nil
}

func (h *handles) remove(fh uint64) *open {
	h.mu.Lock()
	defer h.mu.Unlock()
	o := h.m[fh]
	delete(h.m, fh)
	if o != nil && o.writes() {
		ino := o.file.Ino()
		if list := slices.DeleteFunc(h.writers[ino], func(w *open) bool { return w == o }); len(list) > 0 {
			h.writers[ino] = list
		} else {
			delete(h.writers, ino)
		}
	}
	return o
}

// told remembers what the kernel was last told of an inode, for as many as there
// are places; a forgotten one only costs a cache that is dropped in vain.
type told struct {
	places [1 << 14]struct {
		mu      sync.Mutex
		ino     fs.Ino
		version fs.Version // of the attributes
		data    fs.Version // of the pages that it may have cached; 0: unknown
	}
}

// attr notes that the kernel is being told these attributes.
func (t *told) attr(a *fs.Attr) {
	p := &t.places[uint64(a.Ino)%uint64(len(t.places))]
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ino != a.Ino {
		p.ino, p.data = a.Ino, 0
	}
	p.version = a.Version
}

// open notes that a reader opens the file with these attributes. It tells whether the
// attributes that the kernel has may be older, and whether its pages are still good.
func (t *told) open(a *fs.Attr) (stale, keep bool) {
	p := &t.places[uint64(a.Ino)%uint64(len(t.places))]
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ino != a.Ino {
		p.ino, p.data, p.version = a.Ino, a.DataVersion, a.Version
		return true, false
	}
	stale, keep = p.version != a.Version, p.data == a.DataVersion
	p.data, p.version = a.DataVersion, a.Version
	return stale, keep
}
