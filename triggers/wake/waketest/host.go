package waketest

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
)

// maxLinks bounds how many symbolic links one path may go through, and maxName the bytes of a name.
const (
	maxLinks = 40
	maxName  = 255
)

// Host is a wake.Host over files in memory. It may be used by several goroutines.
type Host struct {
	// Serve answers HTTP requests; nil refuses them. Secrets are those that there are. Set both before the handler runs.
	Serve   func(r wake.Request) (wake.Response, error)
	Secrets map[string]string

	now func() time.Time

	mu      sync.Mutex // guards the tree below root and lastIno
	root    *node
	lastIno uint64
}

var (
	_ wake.Host     = (*Host)(nil)
	_ wake.Outbound = (*Host)(nil)
)

// HTTP implements wake.Outbound by Serve.
func (h *Host) HTTP(_ context.Context, r wake.Request) (wake.Response, error) {
	if h.Serve == nil {
		return wake.Response{}, fmt.Errorf("%s %s: nobody serves it; set Serve of the waketest.Host: %w", r.Method, r.URL, fs.ErrPermission)
	}
	return h.Serve(r)
}

// Secret implements wake.Outbound.
func (h *Host) Secret(name string) (string, error) {
	if v, ok := h.Secrets[name]; ok {
		return v, nil
	}
	return "", fmt.Errorf("there is no secret %s; put it into Secrets of the waketest.Host: %w", name, fs.ErrNotExist)
}

// node is one inode; hard links share it.
type node struct {
	attr     wake.Attr
	data     []byte           // of a regular file
	target   string           // of a symbolic link
	children map[string]*node // of a directory
	xattrs   map[string][]byte
}

// NewHost returns a Host with the files given, by absolute path. A path that ends in a slash is a directory. now is
// the clock for the times of files; nil means a fixed time.
func NewHost(files map[string]string, now func() time.Time) *Host {
	if now == nil {
		now = func() time.Time { return Time }
	}
	h := &Host{now: now}
	h.root = h.newNode(fs.ModeDir | 0o755)
	h.root.attr.Nlink = 1
	for _, name := range slices.Sorted(maps.Keys(files)) {
		h.put(name, files[name])
	}
	return h
}

// put creates a file or directory with its parents, for NewHost.
func (h *Host) put(name, data string) {
	dir := h.root
	parts := strings.Split(strings.Trim(path.Clean("/"+name), "/"), "/")
	for i, part := range parts {
		if part == "" {
			return
		}
		child := dir.children[part]
		if child == nil {
			mode := fs.ModeDir | 0o755
			if i == len(parts)-1 && !strings.HasSuffix(name, "/") {
				mode = 0o644
			}
			child = h.newNode(mode)
			h.add(dir, part, child)
		}
		dir = child
	}
	dir.data = []byte(data)
	dir.attr.Size = int64(len(data))
}

func (h *Host) newNode(mode fs.FileMode) *node {
	h.lastIno++
	now := h.now()
	n := &node{attr: wake.Attr{
		Mode: mode, Ino: h.lastIno, UID: 1000, GID: 1000, Version: 1,
		ModTime: now, AccessTime: now, ChangeTime: now,
	}}
	if mode.IsDir() {
		n.children = map[string]*node{}
	}
	return n
}

func (h *Host) add(dir *node, name string, n *node) {
	dir.children[name] = n
	n.attr.Nlink++
	h.touch(dir)
}

func (h *Host) drop(dir *node, name string) {
	dir.children[name].attr.Nlink--
	delete(dir.children, name)
	h.touch(dir)
}

func (h *Host) touch(n *node) {
	n.attr.Version++
	n.attr.ModTime = h.now()
	n.attr.ChangeTime = n.attr.ModTime
}

// walk resolves name to its directory, last element and node (nil if missing), following a last symbolic link if
// follow is set. The directory of the root is nil.
func (h *Host) walk(name string, follow bool) (dir *node, last string, n *node, err error) {
	links := 0
	todo := strings.Split(strings.Trim(name, "/"), "/")
	stack := []*node{h.root}
	for i := 0; i < len(todo); i++ {
		part := todo[i]
		at := stack[len(stack)-1]
		switch {
		case part == "" || part == ".":
			continue
		case !at.attr.Mode.IsDir():
			return nil, "", nil, wake.ErrNotDir
		case len(part) > maxName:
			return nil, "", nil, wake.ErrNameTooLong
		case part == "..":
			stack = stack[:max(1, len(stack)-1)]
			dir, last = nil, ""
			continue
		}
		child := at.children[part]
		isLast := i == len(todo)-1
		if child == nil {
			if isLast {
				return at, part, nil, nil
			}
			return nil, "", nil, fs.ErrNotExist
		}
		if child.attr.Mode&fs.ModeSymlink != 0 && (!isLast || follow) {
			if links++; links > maxLinks {
				return nil, "", nil, wake.ErrLoop
			}
			if strings.HasPrefix(child.target, "/") {
				stack = stack[:1]
			}
			todo = append(strings.Split(strings.Trim(child.target, "/"), "/"), todo[i+1:]...)
			i = -1
			continue
		}
		dir, last = at, part
		stack = append(stack, child)
	}
	return dir, last, stack[len(stack)-1], nil
}

// find is walk for what must exist.
func (h *Host) find(name string, follow bool) (*node, error) {
	_, _, n, err := h.walk(name, follow)
	if err == nil && n == nil {
		err = fs.ErrNotExist
	}
	return n, err
}

// place is walk for what must not exist.
func (h *Host) place(name string) (dir *node, last string, err error) {
	dir, last, n, err := h.walk(name, false)
	if err == nil && n != nil {
		err = fs.ErrExist
	}
	return dir, last, err
}

// Stat implements wake.Host.
func (h *Host) Stat(name string, follow bool) (wake.Attr, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n, err := h.find(name, follow)
	if err != nil {
		return wake.Attr{}, err
	}
	a := n.attr
	a.Name = path.Base(name)
	return a, nil
}

// ReadDir implements wake.Host.
func (h *Host) ReadDir(name, after string, limit int) ([]wake.Attr, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n, err := h.find(name, true)
	if err != nil {
		return nil, err
	}
	if !n.attr.Mode.IsDir() {
		return nil, wake.ErrNotDir
	}
	var page []wake.Attr
	for _, child := range slices.Sorted(maps.Keys(n.children)) {
		if child > after && len(page) < limit {
			a := n.children[child].attr
			a.Name = child
			page = append(page, a)
		}
	}
	return page, nil
}

// Mkdir implements wake.Host.
func (h *Host) Mkdir(name string, perm fs.FileMode) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	dir, last, err := h.place(name)
	if err == nil {
		h.add(dir, last, h.newNode(fs.ModeDir|perm.Perm()))
	}
	return err
}

// Remove implements wake.Host.
func (h *Host) Remove(name string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	dir, last, n, err := h.walk(name, false)
	switch {
	case err != nil:
		return err
	case n == nil:
		return fs.ErrNotExist
	case dir == nil:
		return fs.ErrInvalid
	case len(n.children) > 0:
		return wake.ErrNotEmpty
	}
	h.drop(dir, last)
	return nil
}

// Rename implements wake.Host.
func (h *Host) Rename(oldPath, newPath string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	fromDir, fromName, n, err := h.walk(oldPath, false)
	if err == nil && n == nil {
		err = fs.ErrNotExist
	}
	if err != nil {
		return err
	}
	toDir, toName, old, err := h.walk(newPath, false)
	switch {
	case err != nil:
		return err
	case fromDir == nil || toDir == nil || within(n, toDir):
		return fs.ErrInvalid
	case old == n:
		return nil
	case old == nil:
	case old.attr.Mode.IsDir() && !n.attr.Mode.IsDir():
		return wake.ErrIsDir
	case !old.attr.Mode.IsDir() && n.attr.Mode.IsDir():
		return wake.ErrNotDir
	case len(old.children) > 0:
		return wake.ErrNotEmpty
	}
	if old != nil {
		h.drop(toDir, toName)
	}
	h.add(toDir, toName, n)
	h.drop(fromDir, fromName)
	return nil
}

// within reports whether dir is n or below it.
func within(n, dir *node) bool {
	if n == dir {
		return true
	}
	for _, child := range n.children {
		if within(child, dir) {
			return true
		}
	}
	return false
}

// Symlink implements wake.Host.
func (h *Host) Symlink(target, name string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	dir, last, err := h.place(name)
	if err != nil {
		return err
	}
	n := h.newNode(fs.ModeSymlink | 0o777)
	n.target, n.attr.Size = target, int64(len(target))
	h.add(dir, last, n)
	return nil
}

// Readlink implements wake.Host.
func (h *Host) Readlink(name string) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n, err := h.find(name, false)
	if err != nil {
		return "", err
	}
	if n.attr.Mode&fs.ModeSymlink == 0 {
		return "", fs.ErrInvalid
	}
	return n.target, nil
}

// Link implements wake.Host.
func (h *Host) Link(oldPath, newPath string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	n, err := h.find(oldPath, false)
	if err != nil {
		return err
	}
	if n.attr.Mode.IsDir() {
		return fs.ErrPermission
	}
	dir, last, err := h.place(newPath)
	if err == nil {
		h.add(dir, last, n)
	}
	return err
}

// SetAttr implements wake.Host.
func (h *Host) SetAttr(name string, ch wake.Change) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	n, err := h.find(name, true)
	if err != nil {
		return err
	}
	if ch.Size != nil {
		switch {
		case n.attr.Mode.IsDir():
			return wake.ErrIsDir
		case *ch.Size < 0:
			return fs.ErrInvalid
		case *ch.Size > maxFile:
			return wake.ErrFileTooLarge
		}
		n.resize(*ch.Size)
		h.touch(n)
	}
	if ch.Mode != nil {
		n.attr.Mode = n.attr.Mode.Type() | *ch.Mode&(fs.ModePerm|fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky)
	}
	if ch.UID != nil {
		n.attr.UID = *ch.UID
	}
	if ch.GID != nil {
		n.attr.GID = *ch.GID
	}
	if ch.AccessTime != nil {
		n.attr.AccessTime = *ch.AccessTime
	}
	if ch.ModTime != nil {
		n.attr.ModTime = *ch.ModTime
	}
	n.attr.Version++
	n.attr.ChangeTime = h.now()
	return nil
}

// GetXattr implements wake.Host.
func (h *Host) GetXattr(name, attr string) ([]byte, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n, err := h.find(name, true)
	if err != nil {
		return nil, err
	}
	v, ok := n.xattrs[attr]
	if !ok {
		return nil, wake.ErrNoXattr
	}
	return slices.Clone(v), nil
}

// SetXattr implements wake.Host.
func (h *Host) SetXattr(name, attr string, value []byte, flag wake.XattrFlag) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	n, err := h.find(name, true)
	if err != nil {
		return err
	}
	_, ok := n.xattrs[attr]
	switch {
	case ok && flag == wake.XattrCreate:
		return fs.ErrExist
	case !ok && flag == wake.XattrReplace:
		return wake.ErrNoXattr
	}
	if n.xattrs == nil {
		n.xattrs = map[string][]byte{}
	}
	n.xattrs[attr] = slices.Clone(value)
	n.attr.Version++
	return nil
}

// ListXattr implements wake.Host.
func (h *Host) ListXattr(name string) ([]string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n, err := h.find(name, true)
	if err != nil {
		return nil, err
	}
	return slices.Sorted(maps.Keys(n.xattrs)), nil
}

// RemoveXattr implements wake.Host.
func (h *Host) RemoveXattr(name, attr string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	n, err := h.find(name, true)
	if err != nil {
		return err
	}
	if _, ok := n.xattrs[attr]; !ok {
		return wake.ErrNoXattr
	}
	delete(n.xattrs, attr)
	n.attr.Version++
	return nil
}

// Open implements wake.Host.
func (h *Host) Open(name string, flag wake.OpenFlag, perm fs.FileMode) (wake.HostFile, wake.Attr, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	dir, last, n, err := h.walk(name, true)
	switch {
	case err != nil:
		return nil, wake.Attr{}, err
	case n == nil && flag&wake.OpenCreate == 0:
		return nil, wake.Attr{}, fs.ErrNotExist
	case n == nil:
		n = h.newNode(perm.Perm())
		h.add(dir, last, n)
	case flag&wake.OpenCreate != 0 && flag&wake.OpenExcl != 0:
		return nil, wake.Attr{}, fs.ErrExist
	case n.attr.Mode.IsDir():
		return nil, wake.Attr{}, wake.ErrIsDir
	case !n.attr.Mode.IsRegular():
		return nil, wake.Attr{}, fs.ErrInvalid
	case flag&wake.OpenTrunc != 0:
		n.resize(0)
		h.touch(n)
	}
	a := n.attr
	a.Name = path.Base(name)
	return &file{h: h, n: n, flag: flag}, a, nil
}

// maxFile bounds a file, in bytes, as it lives in memory.
const maxFile = 1 << 30

func (n *node) resize(size int64) {
	if size <= int64(len(n.data)) {
		n.data = n.data[:size:size]
	} else {
		n.data = append(n.data, make([]byte, size-int64(len(n.data)))...)
	}
	n.attr.Size = size
}

type file struct {
	h    *Host
	n    *node
	flag wake.OpenFlag
}

func (f *file) ReadAt(p []byte, off int64) (int, error) {
	f.h.mu.Lock()
	defer f.h.mu.Unlock()
	if f.flag&wake.OpenRead == 0 {
		return 0, fs.ErrPermission
	}
	if off < 0 {
		return 0, fs.ErrInvalid
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

func (f *file) WriteAt(p []byte, off int64) (int, error) {
	f.h.mu.Lock()
	defer f.h.mu.Unlock()
	switch {
	case f.flag&wake.OpenWrite == 0:
		return 0, fs.ErrPermission
	case off < 0:
		return 0, fs.ErrInvalid
	case off+int64(len(p)) > maxFile:
		return 0, wake.ErrFileTooLarge
	}
	if end := off + int64(len(p)); end > int64(len(f.n.data)) {
		f.n.resize(end)
	}
	copy(f.n.data[off:], p)
	f.h.touch(f.n)
	return len(p), nil
}

func (f *file) Close() error { return nil }
