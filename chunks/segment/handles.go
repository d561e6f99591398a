package segment

import (
	"fmt"
	"sync"

	"github.com/wakefs/wakefs/fs/disk"
)

func segmentName(id uint32) string { return fmt.Sprintf("%08x.seg", id) }

// handles keeps segment files open, up to a number, and closes removed ones when the
// last user is done.
type handles struct {
	fsys disk.FS // immutable
	max  int     // immutable

	mu   sync.Mutex
	open map[uint32]*handle
}

// handle is an open segment file in use.
type handle struct {
	id      uint32
	f       disk.File
	refs    int  // guarded by handles.mu
	removed bool // guarded by handles.mu; close at the last release
}

func newHandles(fsys disk.FS, limit int) *handles {
	return &handles{fsys: fsys, max: limit, open: make(map[uint32]*handle)}
}

// acquire opens a segment, or shares it. The caller releases it.
func (s *handles) acquire(id uint32) (*handle, error) {
	s.mu.Lock()
	if h := s.open[id]; h != nil {
		h.refs++
		s.mu.Unlock()
		return h, nil
	}
	s.mu.Unlock()
	f, err := s.fsys.OpenFile(segmentName(id), disk.ReadWrite)
	if err != nil {
		return nil, err
	}
	return s.add(id, f), nil
}

// add takes over a file that was opened; if another did so meanwhile, that one is used.
func (s *handles) add(id uint32, f disk.File) *handle {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h := s.open[id]; h != nil {
		f.Close() // it was only ever read through, if at all
		h.refs++
		return h
	}
	if len(s.open) >= s.max {
		s.evictLocked()
	}
	h := &handle{id: id, f: f, refs: 1}
	s.open[id] = h
	return h
}

// evictLocked closes some idle file; the order of a map's range is random enough.
func (s *handles) evictLocked() {
	for id, h := range s.open {
		if h.refs == 0 {
			delete(s.open, id)
			h.f.Close() // all that was written through it has been synced
			return
		}
	}
}

func (s *handles) release(h *handle) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h.refs--
	if h.refs == 0 && h.removed {
		h.f.Close() // the file is gone
	}
}

// drop forgets a segment that was removed.
func (s *handles) drop(id uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.open[id]
	if h == nil {
		return
	}
	delete(s.open, id)
	h.removed = true
	if h.refs == 0 {
		h.f.Close() // the file is gone
	}
}

// closeAll closes all files; none may be in use.
func (s *handles) closeAll() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var first error
	for id, h := range s.open {
		if err := h.f.Close(); err != nil && first == nil {
			first = err
		}
		delete(s.open, id)
	}
	return first
}
