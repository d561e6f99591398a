package disk

import (
	"io"
	"path"
	"syscall"
	"time"
)

// memFile is an open file of a Mem.
type memFile struct {
	m      *Mem
	n      *memNode
	name   string
	epoch  int
	write  bool
	closed bool // guarded by Mem.mu
}

// aliveLocked refuses handles that are closed or from before a crash.
func (f *memFile) aliveLocked(op string) error {
	if f.closed || f.epoch != f.m.epoch {
		return wrap(op, f.name, syscall.EBADF)
	}
	return nil
}

func (f *memFile) writableLocked(op string) error {
	if err := f.aliveLocked(op); err != nil {
		return err
	}
	if !f.write {
		return wrap(op, f.name, syscall.EBADF)
	}
	return nil
}

func (f *memFile) ReadAt(p []byte, off int64) (int, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.aliveLocked("read"); err != nil {
		return 0, err
	}
	if off >= int64(len(f.n.data)) {
		return 0, io.EOF
	}
	n := copy(p, f.n.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *memFile) ReadV(bufs [][]byte, off int64) error {
	for _, b := range bufs {
		if len(b) == 0 {
			continue
		}
		n, err := f.ReadAt(b, off)
		if err == io.EOF {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		off += int64(n)
	}
	return nil
}

func (f *memFile) WriteAt(p []byte, off int64) (int, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.writableLocked("write"); err != nil {
		return 0, err
	}
	return len(p), f.writeLocked(p, off)
}

func (f *memFile) writeLocked(p []byte, off int64) error {
	if len(p) == 0 {
		return nil
	}
	end := off + int64(len(p))
	if end > int64(len(f.n.data)) {
		if err := f.m.resizeLocked(f.n, end); err != nil {
			return err
		}
	}
	copy(f.n.data[off:], p)
	for s := off / sector; s*sector < end; s++ {
		f.n.markDirty(s)
	}
	f.n.modified = time.Now()
	return nil
}

func (f *memFile) WriteV(bufs [][]byte, off int64) error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.writableLocked("write"); err != nil {
		return err
	}
	for _, b := range bufs {
		if err := f.writeLocked(b, off); err != nil {
			return err
		}
		off += int64(len(b))
	}
	return nil
}

func (f *memFile) Sync() error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.aliveLocked("sync"); err != nil {
		return err
	}
	f.m.syncs++
	n := f.n
	n.synced = resize(n.synced, len(n.data))
	for s := range n.dirty {
		copySector(n.synced, n.data, s)
	}
	n.dirty = nil
	return nil
}

func (f *memFile) Truncate(size int64) error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.writableLocked("truncate"); err != nil {
		return err
	}
	return f.m.resizeLocked(f.n, size)
}

func (f *memFile) Preallocate(off, n int64) error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.writableLocked("preallocate"); err != nil {
		return err
	}
	if off+n <= int64(len(f.n.data)) {
		return nil
	}
	return f.m.resizeLocked(f.n, off+n)
}

func (f *memFile) PunchHole(off, n int64) error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.writableLocked("punch hole"); err != nil {
		return err
	}
	end := min(off+n, int64(len(f.n.data)))
	if off >= end {
		return nil
	}
	clear(f.n.data[off:end])
	for s := off / sector; s*sector < end; s++ {
		f.n.markDirty(s)
	}
	return nil
}

func (f *memFile) Stat() (Info, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.aliveLocked("stat"); err != nil {
		return Info{}, err
	}
	i := f.n.info(path.Base(f.name))
	if f.m.vanished {
		i.Links = 0
	}
	return i, nil
}

func (f *memFile) Close() error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	if err := f.aliveLocked("close"); err != nil {
		return err
	}
	f.closed = true
	f.n.open--
	f.m.forgetLocked(f.n)
	return nil
}
