package wake

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// maxIO is the most that one request reads or writes, in bytes.
const maxIO = 1 << 20

// Context is a handler's access to the filesystem. See the package comment for what holds for all its methods.
type Context struct {
	host Host
	inv  Invocation

	read, written, ops atomic.Int64 // for Left; the node does its own counting

	mu struct {
		sync.Mutex // leaf; never held across a call of the host
		ended      bool
		writers    map[*Writer]struct{} // open; End closes them
	}
}

// An Invocation is what a runner of scripts tells NewContext beside the Host. Log and Now may be nil.
type Invocation struct {
	Trigger string
	Attempt int    // from 1
	Key     string // see Context.Key
	Budget  Budget
	Started time.Time
	Log     func(line string)    // takes the lines of Log and Logf, without a line end; must be safe for concurrent use
	Now     func() time.Time     // the clock of Now
	CPU     func() time.Duration // processor time used so far
}

// NewContext makes the Context for one invocation over host. It is for runners of scripts; scripts cannot call it.
func NewContext(host Host, inv Invocation) *Context {
	if inv.Now == nil {
		inv.Now = time.Now
	}
	if inv.Log == nil {
		inv.Log = func(string) {}
	}
	if inv.CPU == nil {
		inv.CPU = func() time.Duration { return 0 }
	}
	return &Context{host: host, inv: inv}
}

// End tells a Context that its handler has returned. It closes the writers that the handler left open and returns the
// first error of that; afterwards every method fails. It is for runners of scripts; scripts cannot call it.
func End(c *Context) error {
	c.mu.Lock()
	writers := c.mu.writers
	c.mu.writers = nil
	c.mu.Unlock()
	var first error
	for w := range writers {
		if err := w.Close(); err != nil && first == nil {
			first = err
		}
	}
	c.mu.Lock()
	c.mu.ended = true
	c.mu.Unlock()
	return first
}

// begin checks a path and that the handler still runs, and counts a request.
func (c *Context) begin(op, name string) (string, error) {
	clean, err := clean(name)
	if err == nil {
		err = c.alive()
	}
	if err != nil {
		return "", pathErr(op, name, err)
	}
	c.ops.Add(1)
	return clean, nil
}

func (c *Context) alive() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.mu.ended {
		return errEnded
	}
	return nil
}

// Trigger returns the name of the trigger, which is its script's file name without .go.
func (c *Context) Trigger() string { return c.inv.Trigger }

// Attempt returns which attempt at the event this is: 1 for the first.
func (c *Context) Attempt() int { return c.inv.Attempt }

// Now returns the time on the clock of the node.
func (c *Context) Now() time.Time { return c.inv.Now() }

// Deadline returns when the wall budget ends.
func (c *Context) Deadline() time.Time { return c.inv.Started.Add(c.inv.Budget.Wall) }

// Budget returns what this invocation may use.
func (c *Context) Budget() Budget { return c.inv.Budget }

// Left returns what remains of the budget, never less than zero; Memory is that of the budget. It is a hint: the node
// counts for itself.
func (c *Context) Left() Budget {
	b := c.inv.Budget
	b.CPU = max(0, b.CPU-c.inv.CPU())
	b.Wall = max(0, c.Deadline().Sub(c.Now()))
	b.Read = max(0, b.Read-c.read.Load())
	b.Write = max(0, b.Write-c.written.Load())
	b.Ops = max(0, b.Ops-c.ops.Load())
	return b
}

// Log adds a line to the invocation's output, formatted as by fmt.Sprintln.
func (c *Context) Log(args ...any) { c.inv.Log(strings.TrimSuffix(fmt.Sprintln(args...), "\n")) }

// Logf adds a line to the invocation's output, formatted as by fmt.Sprintf.
func (c *Context) Logf(format string, args ...any) { c.inv.Log(fmt.Sprintf(format, args...)) }

// wholeReader and wholeWriter are what a Host may have to read and write a small file in one request.
type wholeReader interface {
	// ReadWhole returns the whole file if it is at most maxIO bytes long, else nil, false.
	ReadWhole(path string) (data []byte, whole bool, err error)
}

type wholeWriter interface {
	// WriteWhole replaces the contents of a file by at most maxIO bytes.
	WriteWhole(path string, data []byte, perm fs.FileMode) error
}

// ReadFile returns the contents of a file.
func (c *Context) ReadFile(name string) ([]byte, error) {
	p, err := c.begin("read", name)
	if err != nil {
		return nil, err
	}
	if h, ok := c.host.(wholeReader); ok {
		data, whole, err := h.ReadWhole(p)
		if err != nil {
			return nil, pathErr("open", name, err)
		}
		if whole {
			c.read.Add(int64(len(data)))
			return data, nil
		}
	}
	f, err := c.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	// The size is only a hint, and a claim that no budget has been asked for.
	size := min(f.Size(), c.inv.Budget.Read)
	buf := make([]byte, 0, min(size, 64<<20)+1)
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := f.ReadAt(buf[len(buf):min(cap(buf), len(buf)+maxIO)], int64(len(buf)))
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// WriteFile replaces the contents of a file by data. It creates the file with mode 0644, and its missing parent
// directories with mode 0755.
func (c *Context) WriteFile(name string, data []byte) error {
	if h, ok := c.host.(wholeWriter); ok && len(data) <= maxIO {
		p, err := c.begin("create", name)
		if err != nil {
			return err
		}
		err = c.withParents(p, func() error { return h.WriteWhole(p, data, 0o644) })
		if err != nil {
			return pathErr("create", name, err)
		}
		c.written.Add(int64(len(data)))
		return nil
	}
	w, err := c.Create(name)
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		w.Close()
		return err
	}
	return w.Close()
}

// Stat describes a file, following a symbolic link.
func (c *Context) Stat(name string) (FileInfo, error) { return c.stat(name, true) }

// Lstat describes a file or symbolic link.
func (c *Context) Lstat(name string) (FileInfo, error) { return c.stat(name, false) }

func (c *Context) stat(name string, follow bool) (FileInfo, error) {
	p, err := c.begin("stat", name)
	if err != nil {
		return FileInfo{}, err
	}
	a, err := c.host.Stat(p, follow)
	if err != nil {
		return FileInfo{}, pathErr("stat", name, err)
	}
	a.Name = path.Base(p)
	return FileInfo{a}, nil
}

// Exists reports whether there is something at name. An error other than "does not exist" counts as existing.
func (c *Context) Exists(name string) bool {
	_, err := c.Lstat(name)
	return err == nil || !isNotExist(err)
}

// Remove removes a file, a symbolic link or an empty directory.
func (c *Context) Remove(name string) error {
	return c.onPath("remove", name, c.host.Remove)
}

// Rename renames a file or directory, replacing a file or an empty directory that is at newName. It creates the
// missing parents of newName.
func (c *Context) Rename(oldName, newName string) error {
	return c.onPaths("rename", oldName, newName, c.host.Rename)
}

// Link makes newName another name for the file at oldName. It creates the missing parents of newName.
func (c *Context) Link(oldName, newName string) error {
	return c.onPaths("link", oldName, newName, c.host.Link)
}

// Symlink creates a symbolic link at name that leads to target. It creates the missing parents of name.
func (c *Context) Symlink(target, name string) error {
	p, err := c.begin("symlink", name)
	if err != nil {
		return err
	}
	err = c.withParents(p, func() error { return c.host.Symlink(target, p) })
	if err != nil {
		return pathErr("symlink", name, err)
	}
	return nil
}

// Readlink returns where a symbolic link leads.
func (c *Context) Readlink(name string) (string, error) {
	p, err := c.begin("readlink", name)
	if err != nil {
		return "", err
	}
	target, err := c.host.Readlink(p)
	if err != nil {
		return "", pathErr("readlink", name, err)
	}
	return target, nil
}

// Mkdir creates a directory with mode 0755. Its parent must exist.
func (c *Context) Mkdir(name string) error {
	return c.onPath("mkdir", name, func(p string) error { return c.host.Mkdir(p, 0o755) })
}

// Chmod sets permission bits, setuid, setgid and sticky.
func (c *Context) Chmod(name string, mode fs.FileMode) error {
	return c.setAttr("chmod", name, Change{Mode: &mode})
}

// Chown sets owner and group.
func (c *Context) Chown(name string, uid, gid uint32) error {
	return c.setAttr("chown", name, Change{UID: &uid, GID: &gid})
}

// Chtimes sets access and modification time.
func (c *Context) Chtimes(name string, atime, mtime time.Time) error {
	return c.setAttr("chtimes", name, Change{AccessTime: &atime, ModTime: &mtime})
}

// Truncate cuts a file to size bytes, or extends it by zeros.
func (c *Context) Truncate(name string, size int64) error {
	return c.setAttr("truncate", name, Change{Size: &size})
}

func (c *Context) setAttr(op, name string, ch Change) error {
	return c.onPath(op, name, func(p string) error { return c.host.SetAttr(p, ch) })
}

// GetXattr returns an extended attribute, or ErrNoXattr.
func (c *Context) GetXattr(name, attr string) ([]byte, error) {
	p, err := c.begin("getxattr", name)
	if err != nil {
		return nil, err
	}
	v, err := c.host.GetXattr(p, attr)
	if err != nil {
		return nil, pathErr("getxattr", name, err)
	}
	return v, nil
}

// SetXattr creates or replaces an extended attribute. Scripts use names that start with "user.".
func (c *Context) SetXattr(name, attr string, value []byte) error {
	return c.onPath("setxattr", name, func(p string) error { return c.host.SetXattr(p, attr, value, XattrAny) })
}

// ListXattr returns the names of the extended attributes in ascending order.
func (c *Context) ListXattr(name string) ([]string, error) {
	p, err := c.begin("listxattr", name)
	if err != nil {
		return nil, err
	}
	names, err := c.host.ListXattr(p)
	if err != nil {
		return nil, pathErr("listxattr", name, err)
	}
	return names, nil
}

// RemoveXattr removes an extended attribute, or returns ErrNoXattr.
func (c *Context) RemoveXattr(name, attr string) error {
	return c.onPath("removexattr", name, func(p string) error { return c.host.RemoveXattr(p, attr) })
}

func (c *Context) onPath(op, name string, do func(p string) error) error {
	p, err := c.begin(op, name)
	if err != nil {
		return err
	}
	if err := do(p); err != nil {
		return pathErr(op, name, err)
	}
	return nil
}

func (c *Context) onPaths(op, oldName, newName string, do func(o, n string) error) error {
	o, err := c.begin(op, oldName)
	if err != nil {
		return err
	}
	n, err := clean(newName)
	if err != nil {
		return pathErr(op, newName, err)
	}
	err = do(o, n)
	if isNotExist(err) {
		// Only a missing parent of the new name is ours to mend.
		if _, serr := c.stat(o, false); serr == nil {
			if err = c.MkdirAll(path.Dir(n)); err == nil {
				err = do(o, n)
			}
		}
	}
	if err != nil {
		return pathErr(op, oldName, err)
	}
	return nil
}
