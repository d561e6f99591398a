package wake

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"sync"
	"time"
)

// FileInfo describes a file. It is an fs.FileInfo and an fs.DirEntry.
type FileInfo struct{ attr Attr }

var (
	_ fs.FileInfo = FileInfo{}
	_ fs.DirEntry = FileInfo{}
)

func (i FileInfo) Name() string               { return i.attr.Name }         // the last element of the path
func (i FileInfo) Size() int64                { return i.attr.Size }         // bytes
func (i FileInfo) Mode() fs.FileMode          { return i.attr.Mode }         // type and permissions
func (i FileInfo) Type() fs.FileMode          { return i.attr.Mode.Type() }  // type alone
func (i FileInfo) IsDir() bool                { return i.attr.Mode.IsDir() } // short for Mode().IsDir()
func (i FileInfo) ModTime() time.Time         { return i.attr.ModTime }
func (i FileInfo) AccessTime() time.Time      { return i.attr.AccessTime }
func (i FileInfo) ChangeTime() time.Time      { return i.attr.ChangeTime }
func (i FileInfo) UID() uint32                { return i.attr.UID }
func (i FileInfo) GID() uint32                { return i.attr.GID }
func (i FileInfo) Nlink() uint32              { return i.attr.Nlink } // number of names
func (i FileInfo) Ino() uint64                { return i.attr.Ino }   // inode number
func (i FileInfo) Version() uint64            { return i.attr.Version }
func (i FileInfo) Info() (fs.FileInfo, error) { return i, nil } // never fails
func (i FileInfo) Sys() any                   { return nil }
func (i FileInfo) String() string             { return fs.FormatFileInfo(i) }

// bufferSize is how much a File reads ahead and a Writer gathers, in bytes.
const bufferSize = 256 << 10

// File is an open file for reading. Reads of small pieces are served from a buffer.
type File struct {
	c    *Context
	path string
	info FileInfo

	mu     sync.Mutex
	h      HostFile // nil once closed
	off    int64    // of the next Read
	buf    []byte   // file contents from bufOff
	bufOff int64
	ahead  int // bytes to read ahead; grows as reads follow each other
}

var _ interface {
	io.ReadSeekCloser
	io.ReaderAt
	fs.File
} = (*File)(nil)

// Open opens a file for reading. Close it.
func (c *Context) Open(name string) (*File, error) {
	p, err := c.begin("open", name)
	if err != nil {
		return nil, err
	}
	h, a, err := c.host.Open(p, OpenRead, 0)
	if err != nil {
		return nil, pathErr("open", name, err)
	}
	a.Name = path.Base(p)
	return &File{c: c, path: name, info: FileInfo{a}, h: h, ahead: 16 << 10}, nil
}

// Stat describes the file as it was when opened.
func (f *File) Stat() (fs.FileInfo, error) { return f.info, nil }

// Size returns the size when opened, in bytes.
func (f *File) Size() int64 { return f.info.Size() }

// Read implements io.Reader.
func (f *File) Read(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.h == nil {
		return 0, pathErr("read", f.path, fs.ErrClosed)
	}
	if len(p) == 0 {
		return 0, nil
	}
	if f.off >= f.bufOff && f.off < f.bufOff+int64(len(f.buf)) {
		n := copy(p, f.buf[f.off-f.bufOff:])
		f.off += int64(n)
		return n, nil
	}
	if len(p) >= f.ahead {
		n, err := f.readHost(p, f.off)
		f.off += int64(n)
		if n > 0 {
			err = nil
		}
		return n, err
	}
	if cap(f.buf) < f.ahead {
		f.buf = make([]byte, f.ahead)
	}
	n, err := f.readHost(f.buf[:f.ahead], f.off)
	f.buf, f.bufOff = f.buf[:n], f.off
	f.ahead = min(2*f.ahead, bufferSize)
	if n == 0 {
		return 0, err
	}
	n = copy(p, f.buf)
	f.off += int64(n)
	return n, nil
}

// ReadAt implements io.ReaderAt, past the buffer.
func (f *File) ReadAt(p []byte, off int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.h == nil {
		return 0, pathErr("read", f.path, fs.ErrClosed)
	}
	if off < 0 {
		return 0, pathErr("read", f.path, fs.ErrInvalid)
	}
	total := 0
	for total < len(p) {
		n, err := f.readHost(p[total:], off+int64(total))
		total += n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// readHost makes one request of at most maxIO bytes. A short read always comes with an error.
func (f *File) readHost(p []byte, off int64) (int, error) {
	if err := f.c.alive(); err != nil {
		return 0, pathErr("read", f.path, err)
	}
	f.c.ops.Add(1)
	n, err := f.h.ReadAt(p[:min(len(p), maxIO)], off)
	f.c.read.Add(int64(n))
	if err != nil && !errors.Is(err, io.EOF) {
		return n, pathErr("read", f.path, err)
	}
	if err != nil {
		return n, io.EOF
	}
	return n, nil
}

// Seek implements io.Seeker; the end is that of the file when opened.
func (f *File) Seek(offset int64, whence int) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += f.off
	case io.SeekEnd:
		offset += f.info.Size()
	default:
		return 0, pathErr("seek", f.path, fs.ErrInvalid)
	}
	if offset < 0 {
		return 0, pathErr("seek", f.path, fs.ErrInvalid)
	}
	f.off = offset
	return offset, nil
}

// Close closes the file.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.h == nil {
		return pathErr("close", f.path, fs.ErrClosed)
	}
	h := f.h
	f.h, f.buf = nil, nil
	if err := f.c.alive(); err != nil {
		return pathErr("close", f.path, err)
	}
	if err := h.Close(); err != nil {
		return pathErr("close", f.path, err)
	}
	return nil
}

// Writer is an open file for writing. Small writes are gathered; an error of writing may come from a later Write or
// from Close.
type Writer struct {
	c    *Context
	path string

	mu  sync.Mutex
	h   HostFile // nil once closed
	off int64    // where buf goes
	buf []byte
	err error // of an earlier write; sticky
}

var _ io.WriteCloser = (*Writer)(nil)

// Create opens a file for writing and empties it. It creates the file with mode 0644, and its missing parent
// directories with mode 0755. Close it.
func (c *Context) Create(name string) (*Writer, error) {
	w, _, err := c.openWriter("create", name, OpenWrite|OpenCreate|OpenTrunc)
	return w, err
}

// Append opens a file for writing at its end, creating it like Create.
func (c *Context) Append(name string) (*Writer, error) {
	w, a, err := c.openWriter("append", name, OpenWrite|OpenCreate)
	if err == nil {
		w.off = a.Size
	}
	return w, err
}

func (c *Context) openWriter(op, name string, flag OpenFlag) (w *Writer, a Attr, err error) {
	p, err := c.begin(op, name)
	if err != nil {
		return nil, a, err
	}
	w = &Writer{c: c, path: name}
	err = c.withParents(p, func() (err error) {
		w.h, a, err = c.host.Open(p, flag, 0o644)
		return err
	})
	if err != nil {
		return nil, a, pathErr(op, name, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.mu.writers == nil {
		c.mu.writers = map[*Writer]struct{}{}
	}
	c.mu.writers[w] = struct{}{}
	return w, a, nil
}

// Write implements io.Writer.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.h == nil {
		return 0, pathErr("write", w.path, fs.ErrClosed)
	}
	total := len(p)
	for w.err == nil && len(p) > 0 {
		if len(w.buf) == 0 && len(p) >= bufferSize {
			n := min(len(p), maxIO)
			w.writeHost(p[:n])
			p = p[n:]
			continue
		}
		n := min(len(p), bufferSize-len(w.buf))
		w.buf = append(w.buf, p[:n]...)
		p = p[n:]
		if len(w.buf) == bufferSize {
			w.flushLocked()
		}
	}
	if w.err != nil {
		return total - len(p), w.err
	}
	return total, nil
}

// WriteString implements io.StringWriter.
func (w *Writer) WriteString(s string) (int, error) { return w.Write([]byte(s)) }

func (w *Writer) flushLocked() {
	if len(w.buf) > 0 && w.err == nil {
		w.writeHost(w.buf)
	}
	w.buf = w.buf[:0]
}

// writeHost makes one request and keeps its error. It needs mu.
func (w *Writer) writeHost(p []byte) {
	if err := w.c.alive(); err != nil {
		w.err = pathErr("write", w.path, err)
		return
	}
	w.c.ops.Add(1)
	n, err := w.h.WriteAt(p, w.off)
	w.off += int64(n)
	w.c.written.Add(int64(n))
	if err == nil && n < len(p) {
		err = io.ErrShortWrite
	}
	if err != nil {
		w.err = pathErr("write", w.path, err)
	}
}

// Close writes what was gathered and closes the file. It returns the error of any earlier write.
func (w *Writer) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.h == nil {
		return pathErr("close", w.path, fs.ErrClosed)
	}
	w.flushLocked()
	h := w.h
	w.h, w.buf = nil, nil
	w.c.mu.Lock()
	delete(w.c.mu.writers, w)
	ended := w.c.mu.ended
	w.c.mu.Unlock()
	if ended {
		return pathErr("close", w.path, errEnded)
	}
	if err := h.Close(); err != nil && w.err == nil {
		w.err = pathErr("close", w.path, err)
	}
	return w.err
}
