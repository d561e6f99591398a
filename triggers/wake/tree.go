package wake

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// dirPage is how many entries one request lists.
const dirPage = 1000

func isNotExist(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// withParents runs do, and if that fails for want of p's parents, creates them and runs it again.
func (c *Context) withParents(p string, do func() error) error {
	err := do()
	if !isNotExist(err) || p == "/" {
		return err
	}
	if err := c.MkdirAll(path.Dir(p)); err != nil {
		return err
	}
	return do()
}

// MkdirAll creates a directory and its missing parents with mode 0755. It is no error if it exists.
func (c *Context) MkdirAll(name string) error {
	p, err := c.begin("mkdir", name)
	if err != nil {
		return err
	}
	if err := c.mkdirAll(p); err != nil {
		return pathErr("mkdir", name, err)
	}
	return nil
}

func (c *Context) mkdirAll(p string) error {
	if p == "/" {
		return nil
	}
	err := c.host.Mkdir(p, 0o755)
	if isNotExist(err) {
		c.ops.Add(1)
		if err := c.mkdirAll(path.Dir(p)); err != nil {
			return err
		}
		c.ops.Add(1)
		err = c.host.Mkdir(p, 0o755)
	}
	if errors.Is(err, fs.ErrExist) {
		c.ops.Add(1)
		a, serr := c.host.Stat(p, true)
		if serr != nil {
			return serr
		}
		if !a.Mode.IsDir() {
			return ErrNotDir
		}
		return nil
	}
	return err
}

// ReadDir lists a directory in the order of the names. Symbolic links are not followed.
func (c *Context) ReadDir(name string) ([]FileInfo, error) {
	p, err := c.begin("readdir", name)
	if err != nil {
		return nil, err
	}
	var all []FileInfo
	after := ""
	for {
		page, err := c.host.ReadDir(p, after, dirPage)
		if err != nil {
			return nil, pathErr("readdir", name, err)
		}
		if len(page) == 0 {
			return all, nil
		}
		for _, a := range page {
			all = append(all, FileInfo{a})
		}
		// A page that goes backwards would never end.
		if last := page[len(page)-1].Name; last > after {
			after = last
		} else {
			return nil, pathErr("readdir", name, ErrIO)
		}
		if len(page) < dirPage {
			return all, nil
		}
		c.ops.Add(1)
	}
}

// RemoveAll removes a file, or a directory with all it contains. It is no error if there is nothing.
func (c *Context) RemoveAll(name string) error {
	p, err := c.begin("remove", name)
	if err != nil {
		return err
	}
	if err := c.removeAll(p); err != nil {
		return pathErr("remove", name, err)
	}
	return nil
}

func (c *Context) removeAll(p string) error {
	err := c.host.Remove(p)
	if err == nil || isNotExist(err) {
		return nil
	}
	if !errors.Is(err, ErrNotEmpty) {
		return err
	}
	entries, err := c.ReadDir(p)
	if err != nil {
		return err
	}
	for _, e := range entries {
		c.ops.Add(1)
		if err := c.removeAll(path.Join(p, e.Name())); err != nil {
			return err
		}
	}
	c.ops.Add(1)
	return c.host.Remove(p)
}

// Glob returns the paths of all files and directories that match a pattern, in ascending order. Beside what path.Match
// knows, ** matches any number of directories and {a,b} either of two.
func (c *Context) Glob(pattern string) ([]string, error) {
	p, err := clean(pattern)
	if err != nil {
		return nil, pathErr("glob", pattern, err)
	}
	if !doublestar.ValidatePattern(p) {
		return nil, pathErr("glob", pattern, path.ErrBadPattern)
	}
	rel := strings.TrimPrefix(p, "/")
	if rel == "" {
		return []string{"/"}, nil
	}
	found, err := doublestar.Glob(c.FS(), rel, doublestar.WithFailOnIOErrors(), doublestar.WithNoFollow())
	if err != nil {
		return nil, pathErr("glob", pattern, err)
	}
	for i, name := range found {
		found[i] = path.Join("/", name)
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// Walk calls visit for everything below root and for root itself, parents first, in the order of the names. A visit
// that returns fs.SkipDir skips a directory, fs.SkipAll the rest; another error ends the walk. Symbolic links are not
// followed. The path given is absolute.
func (c *Context) Walk(root string, visit func(name string, info FileInfo) error) error {
	info, err := c.Lstat(root)
	if err != nil {
		return err
	}
	err = c.walk(path.Clean(root), info, visit)
	if err == fs.SkipDir || err == fs.SkipAll {
		return nil
	}
	return err
}

func (c *Context) walk(name string, info FileInfo, visit func(string, FileInfo) error) error {
	if err := visit(name, info); err != nil {
		if err == fs.SkipDir && info.IsDir() {
			return nil
		}
		return err
	}
	if !info.IsDir() {
		return nil
	}
	entries, err := c.ReadDir(name)
	if isNotExist(err) {
		return nil // visit has removed it
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := c.walk(path.Join(name, e.Name()), e, visit); err != nil {
			if err == fs.SkipDir {
				break
			}
			return err
		}
	}
	return nil
}

// FS returns the filesystem as an fs.FS for the packages that read from one. Its paths have no leading slash.
func (c *Context) FS() fs.FS { return ioFS{c} }

type ioFS struct{ c *Context }

var (
	_ fs.ReadDirFS  = ioFS{}
	_ fs.StatFS     = ioFS{}
	_ fs.ReadFileFS = ioFS{}
)

func (f ioFS) abs(op, name string) (string, error) {
	if !fs.ValidPath(name) {
		return "", pathErr(op, name, fs.ErrInvalid)
	}
	return path.Join("/", name), nil
}

func (f ioFS) Open(name string) (fs.File, error) {
	p, err := f.abs("open", name)
	if err != nil {
		return nil, err
	}
	file, err := f.c.Open(p)
	if errors.Is(err, ErrIsDir) {
		info, err := f.c.Stat(p)
		if err != nil {
			return nil, err
		}
		return &ioDir{f: f, name: name, info: info}, nil
	}
	if err != nil {
		return nil, err
	}
	return file, nil
}

func (f ioFS) Stat(name string) (fs.FileInfo, error) {
	p, err := f.abs("stat", name)
	if err != nil {
		return nil, err
	}
	return f.c.Stat(p)
}

func (f ioFS) Lstat(name string) (fs.FileInfo, error) {
	p, err := f.abs("stat", name)
	if err != nil {
		return nil, err
	}
	return f.c.Lstat(p)
}

func (f ioFS) ReadLink(name string) (string, error) {
	p, err := f.abs("readlink", name)
	if err != nil {
		return "", err
	}
	return f.c.Readlink(p)
}

func (f ioFS) ReadFile(name string) ([]byte, error) {
	p, err := f.abs("read", name)
	if err != nil {
		return nil, err
	}
	return f.c.ReadFile(p)
}

func (f ioFS) ReadDir(name string) ([]fs.DirEntry, error) {
	p, err := f.abs("readdir", name)
	if err != nil {
		return nil, err
	}
	infos, err := f.c.ReadDir(p)
	entries := make([]fs.DirEntry, len(infos))
	for i, info := range infos {
		entries[i] = info
	}
	return entries, err
}

// ioDir is an open directory of an ioFS.
type ioDir struct {
	f    ioFS
	name string
	info FileInfo
	read bool // rest is valid
	rest []fs.DirEntry
}

var _ fs.ReadDirFile = (*ioDir)(nil)

func (d *ioDir) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *ioDir) Close() error               { return nil }
func (d *ioDir) Read([]byte) (int, error)   { return 0, pathErr("read", d.name, ErrIsDir) }

func (d *ioDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if !d.read {
		all, err := d.f.ReadDir(d.name)
		if err != nil {
			return nil, err
		}
		d.rest, d.read = all, true
	}
	if n <= 0 {
		all := d.rest
		d.rest = nil
		return all, nil
	}
	if len(d.rest) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.rest))
	page := d.rest[:n]
	d.rest = d.rest[n:]
	return page, nil
}
