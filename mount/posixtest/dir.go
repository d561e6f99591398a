package posixtest

import (
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

var dirCases = []testCase{
	{"mkdir makes an empty directory with the mode asked for", func(c *env) {
		c.ok(unix.Mkdir(c.p("d"), 0o750))
		want(c, "mode", c.stat(c.p("d")).Mode, unix.S_IFDIR|0o750)
		want(c, "entries", len(c.names(c.p("d"))), 0)
	}},
	{"mkdir refuses any existing name", func(c *env) {
		c.fails(unix.Mkdir(c.mkdir("d"), 0o755), unix.EEXIST)
		c.fails(unix.Mkdir(c.file("f", ""), 0o755), unix.EEXIST)
		c.ok(unix.Symlink("dangling", c.p("l")))
		c.fails(unix.Mkdir(c.p("l"), 0o755), unix.EEXIST)
		c.absent(c.p("dangling"))
	}},
	{"mkdir needs its parent", func(c *env) {
		c.file("f", "")
		c.fails(unix.Mkdir(c.p("a/b"), 0o755), unix.ENOENT)
		c.fails(unix.Mkdir(c.p("f/b"), 0o755), unix.ENOTDIR)
	}},
	{"a directory's link count is 2 plus its subdirectories", func(c *env) {
		d := c.mkdir("d")
		want(c, "nlink when empty", c.nlink(d), 2)
		for i := range 3 {
			c.mkdir(fmt.Sprintf("d/%d", i))
		}
		c.file("d/f", "")
		want(c, "nlink", c.nlink(d), 5)
		c.ok(unix.Rmdir(c.p("d/1")))
		want(c, "nlink after rmdir", c.nlink(d), 4)
		c.mkdir("e")
		c.ok(unix.Rename(c.p("d/2"), c.p("e/2")))
		want(c, "nlink of the old parent", c.nlink(d), 3)
		want(c, "nlink of the new parent", c.nlink(c.p("e")), 3)
		c.mkdir("e/3")
		c.ok(unix.Rename(c.p("e/2"), c.p("e/3")))
		want(c, "nlink after replacing a sibling", c.nlink(c.p("e")), 3)
	}},
	{"rmdir removes only empty directories", func(c *env) {
		d := c.mkdir("d")
		p := c.file("d/f", "")
		c.fails(unix.Rmdir(d), unix.ENOTEMPTY, unix.EEXIST)
		c.ok(unix.Unlink(p))
		c.ok(unix.Rmdir(d))
		c.absent(d)
		c.fails(unix.Rmdir(d), unix.ENOENT)
	}},
	{"rmdir refuses what is no directory", func(c *env) {
		c.mkdir("d")
		c.fails(unix.Rmdir(c.file("f", "")), unix.ENOTDIR)
		c.ok(unix.Symlink("d", c.p("l")))
		c.fails(unix.Rmdir(c.p("l")), unix.ENOTDIR)
	}},
	{"rmdir refuses . and ..", func(c *env) {
		c.mkdir("d")
		c.mkdir("d/e")
		c.fails(unix.Rmdir(c.p("d/e/.")), unix.EINVAL)
		c.fails(unix.Rmdir(c.p("d/e/..")), unix.ENOTEMPTY)
	}},
	{"a removed directory that is open is empty and takes no entries", func(c *env) {
		d := c.open(c.mkdir("d"), unix.O_RDONLY|unix.O_DIRECTORY)
		c.ok(unix.Rmdir(c.p("d")))
		want(c, "nlink", uint64(d.stat().Nlink), 0)
		_, err := unix.Openat(d.n, "f", unix.O_CREAT|unix.O_WRONLY|unix.O_CLOEXEC, 0o644)
		c.fails(err, unix.ENOENT)
		c.fails(unix.Mkdirat(d.n, "e", 0o755), unix.ENOENT)
		// Linux answers ENOENT to a listing; POSIX would have it empty.
		if n, err := unix.Getdents(d.n, make([]byte, 4096)); err != unix.ENOENT && n != 0 {
			c.Fatalf("a removed directory lists %d bytes of entries; must be none or ENOENT, is %v", n, err)
		}
	}},
	{"a deep tree can be made, walked and removed", func(c *env) {
		path := c.dir
		for i := range 100 {
			path += fmt.Sprintf("/%d", i)
			c.ok(unix.Mkdir(path, 0o755))
		}
		c.ok(os.WriteFile(path+"/f", []byte("deep"), 0o644))
		c.wantContent(path+"/f", "deep")
		c.ok(os.RemoveAll(c.p("0")))
		c.absent(c.p("0"))
	}},
}

// dirent is one record of getdents64(2).
type dirent struct {
	ino  uint64
	next int64 // the offset to seek to for the entry after this one
	kind byte
	name string
}

// readSome does one getdents64 call with a buffer of size bytes.
func (c *env) readSome(f *fd, size int) []dirent {
	c.Helper()
	buf := make([]byte, size)
	n, err := unix.Getdents(f.n, buf)
	c.ok(err)
	var list []dirent
	for b := buf[:n]; len(b) > 0; {
		reclen := binary.NativeEndian.Uint16(b[16:])
		e := dirent{ino: binary.NativeEndian.Uint64(b), next: int64(binary.NativeEndian.Uint64(b[8:])), kind: b[18]}
		e.name = unix.ByteSliceToString(b[19:reclen])
		list = append(list, e)
		b = b[reclen:]
	}
	return list
}

// readAll reads the rest of an open directory without . and ..
func (c *env) readAll(f *fd, size int) []dirent {
	c.Helper()
	var all []dirent
	for {
		some := c.readSome(f, size)
		if len(some) == 0 {
			return all
		}
		for _, e := range some {
			if e.name != "." && e.name != ".." {
				all = append(all, e)
			}
		}
	}
}

// names returns the sorted names in a directory and demands that none is given twice.
func (c *env) names(path string) []string {
	c.Helper()
	f := c.open(path, unix.O_RDONLY|unix.O_DIRECTORY)
	var names []string
	for _, e := range c.readAll(f, 32*kib) {
		names = append(names, e.name)
	}
	f.close()
	slices.Sort(names)
	for i := 1; i < len(names); i++ {
		if names[i] == names[i-1] {
			c.Fatalf("%q is listed twice", names[i])
		}
	}
	return names
}

func (c *env) wantNames(path string, expected ...string) {
	c.Helper()
	slices.Sort(expected)
	if got := c.names(path); !slices.Equal(got, expected) {
		c.Fatalf("the directory lists %q; must list %q", got, expected)
	}
}

// populate makes n empty files in a new directory and returns its path.
func (c *env) populate(name string, n int) string {
	c.Helper()
	d := c.mkdir(name)
	for i := range n {
		fd, err := unix.Open(fmt.Sprintf("%s/entry-%06d", d, i), unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY|unix.O_CLOEXEC, 0o644)
		c.ok(err)
		c.ok(unix.Close(fd))
	}
	return d
}

// checkPopulated demands that the n entries of populate are listed, once each, and nothing else.
func (c *env) checkPopulated(d string, n int) {
	c.Helper()
	names := c.names(d)
	want(c, "number of entries", len(names), n)
	for i, name := range names {
		want(c, "name", name, fmt.Sprintf("entry-%06d", i))
	}
}

var readdirCases = []testCase{
	{"lists everything with type and inode number", func(c *env) {
		c.mkdir("dir")
		c.file("file", "")
		c.ok(unix.Symlink("x", c.p("link")))
		c.ok(unix.Mkfifo(c.p("fifo"), 0o600))
		c.wantNames(c.dir, "dir", "file", "link", "fifo")
		kinds := map[string]byte{"dir": unix.DT_DIR, "file": unix.DT_REG, "link": unix.DT_LNK, "fifo": unix.DT_FIFO}
		for _, e := range c.readAll(c.open(c.dir, unix.O_RDONLY), 4096) {
			want(c, "inode of "+e.name, e.ino, c.lstat(c.p(e.name)).Ino)
			if e.kind != unix.DT_UNKNOWN {
				want(c, "type of "+e.name, e.kind, kinds[e.name])
			}
		}
	}},
	{"lists . and .. with their inode numbers", func(c *env) {
		d := c.mkdir("d")
		found := 0
		for _, e := range c.readSome(c.open(d, unix.O_RDONLY), 4096) {
			switch e.name {
			case ".":
				want(c, "inode of .", e.ino, c.stat(d).Ino)
				found++
			case "..":
				want(c, "inode of ..", e.ino, c.stat(c.dir).Ino)
				found++
			}
		}
		want(c, "dots found", found, 2)
		want(c, "inode by path", c.stat(c.p("d/..")).Ino, c.stat(c.dir).Ino)
	}},
	{".. follows a move", func(c *env) {
		c.mkdir("a")
		c.mkdir("b")
		d := c.mkdir("a/d")
		c.stat(d + "/..")
		c.ok(unix.Rename(d, c.p("b/d")))
		for _, e := range c.readSome(c.open(c.p("b/d"), unix.O_RDONLY), 4096) {
			if e.name == ".." {
				want(c, "inode of ..", e.ino, c.stat(c.p("b")).Ino)
			}
		}
		want(c, "inode by path", c.stat(c.p("b/d/..")).Ino, c.stat(c.p("b")).Ino)
	}},
	{"lists 10,000 entries, each once", func(c *env) { c.checkPopulated(c.populate("d", 10_000), 10_000) }},
	{"lists 100,000 entries, each once", func(c *env) {
		if !c.opts.Big {
			c.Skip("needs Options.Big")
		}
		c.checkPopulated(c.populate("d", 100_000), 100_000)
	}},
	{"small buffers see everything too", func(c *env) {
		d := c.populate("d", 500)
		seen := map[string]bool{}
		for _, e := range c.readAll(c.open(d, unix.O_RDONLY), 100) {
			if seen[e.name] {
				c.Fatalf("%q is listed twice", e.name)
			}
			seen[e.name] = true
		}
		want(c, "number of entries", len(seen), 500)
	}},
	{"seeking to an entry's offset continues after it", func(c *env) {
		f := c.open(c.populate("d", 300), unix.O_RDONLY)
		var all []dirent
		for some := c.readSome(f, 2048); len(some) > 0; some = c.readSome(f, 2048) {
			all = append(all, some...)
		}
		want(c, "number of entries", len(all), 302)
		for _, i := range []int{0, 1, 2, 50, 299, 300, 10} {
			f.seek(all[i].next, unix.SEEK_SET)
			want(c, "entry after the offset", c.readSome(f, 2048)[0].name, all[i+1].name)
		}
		f.seek(all[len(all)-1].next, unix.SEEK_SET)
		want(c, "entries after the last offset", len(c.readSome(f, 2048)), 0)
	}},
	{"rewinding shows what was added and removed since", func(c *env) {
		d := c.populate("d", 3)
		f := c.open(d, unix.O_RDONLY)
		want(c, "entries at first", len(c.readAll(f, 4096)), 3)
		c.file("d/new", "")
		c.ok(unix.Unlink(d + "/entry-000001"))
		f.seek(0, unix.SEEK_SET)
		var names []string
		for _, e := range c.readAll(f, 4096) {
			names = append(names, e.name)
		}
		slices.Sort(names)
		want(c, "entries", fmt.Sprint(names), "[entry-000000 entry-000002 new]")
	}},
	{"two readers of a directory do not disturb each other", func(c *env) {
		d := c.populate("d", 1000)
		a, b := c.open(d, unix.O_RDONLY), c.open(d, unix.O_RDONLY)
		c.readSome(a, 1024)
		want(c, "entries of the second", len(c.readAll(b, 4096)), 1000)
		got := len(c.readAll(a, 1024))
		if got >= 1000 || got < 900 {
			c.Fatalf("the first reader went on to see %d entries", got)
		}
	}},
	{"an entry that stays is listed exactly once while others come and go", func(c *env) {
		d := c.populate("d", 1000)
		var stop atomic.Bool
		var churn sync.WaitGroup
		churnErr := make(chan error, 2)
		for w := range 2 {
			churn.Go(func() {
				for i := 0; !stop.Load(); i++ {
					name := fmt.Sprintf("%s/churn-%d-%d", d, w, i%300)
					if err := os.WriteFile(name, nil, 0o644); err != nil {
						churnErr <- err
						return
					}
					if err := unix.Unlink(name); err != nil {
						churnErr <- err
						return
					}
				}
			})
		}
		for range 15 {
			c.checkStaying(d, 1000)
		}
		stop.Store(true)
		churn.Wait()
		select {
		case err := <-churnErr:
			c.Fatal(err)
		default:
		}
		c.checkPopulated(d, 1000)
	}},
	{"removing what has been listed while listing misses nothing", func(c *env) {
		d := c.populate("d", 1500)
		f := c.open(d, unix.O_RDONLY)
		removed := 0
		for {
			some := c.readSome(f, 4096)
			if len(some) == 0 {
				break
			}
			for _, e := range some {
				if e.name != "." && e.name != ".." {
					c.ok(unix.Unlink(d + "/" + e.name))
					removed++
				}
			}
		}
		want(c, "removed", removed, 1500)
		c.ok(unix.Rmdir(d))
	}},
	{"a directory removed and made again is listed afresh", func(c *env) {
		for i := range 20 {
			d := c.mkdir("d")
			name := fmt.Sprint("f", i)
			c.file("d/"+name, "")
			c.wantNames(d, name)
			c.ok(os.RemoveAll(d))
		}
	}},
}

// checkStaying lists d once and demands each of the n entries of populate exactly once, whatever else is there.
func (c *env) checkStaying(d string, n int) {
	c.Helper()
	f := c.open(d, unix.O_RDONLY)
	seen := make(map[string]int, n)
	for _, e := range c.readAll(f, 4096) {
		seen[e.name]++
	}
	f.close()
	for i := range n {
		name := fmt.Sprintf("entry-%06d", i)
		if seen[name] != 1 {
			c.Fatalf("%s, which exists throughout, was listed %d times", name, seen[name])
		}
	}
}
