package posixtest

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

var modelCases = []testCase{
	{"random changes of a file through two descriptors agree with a byte slice", func(c *env) {
		c.fileModel(fileModel{maxSize: 3*stripe + 1000, maxWrite: 300_000, steps: 300})
	}},
	{"random small changes around a page and a stripe agree with a byte slice", func(c *env) {
		c.fileModel(fileModel{maxSize: 20_000, maxWrite: 5000, steps: 1500})
	}},
	{"random stores into a mapping and writes into its file agree with a byte slice", func(c *env) { c.mapModel(600) }},
	{"random changes of a directory agree with a map", func(c *env) { c.dirModel(2000) }},
}

// fileModel is a file beside what it must contain.
type fileModel struct {
	maxSize, maxWrite, steps int

	c       *env
	rnd     *rand.Rand
	fds     [2]*fd
	content []byte
	history []string
}

func (c *env) fileModel(m fileModel) {
	m.c, m.rnd = c, c.random()
	m.fds[0], m.fds[1] = c.create("f"), c.open(c.p("f"), unix.O_RDWR)
	c.Cleanup(func() {
		if c.Failed() {
			c.Logf("the last steps: %q", m.history[max(0, len(m.history)-40):])
		}
	})
	for i := range m.steps {
		m.step()
		if i%50 == 49 {
			m.checkAll()
		}
	}
	m.checkAll()
	m.fds[0].close()
	m.fds[1].close()
	c.wantBytes("after the last close", c.content(c.p("f")), m.content)
}

// offset picks a place, often beside an edge of a page or a stripe.
func (m *fileModel) offset() int {
	off := m.rnd.IntN(m.maxSize)
	if m.rnd.IntN(3) == 0 {
		unit := []int{4096, 64 * kib, stripe}[m.rnd.IntN(3)]
		off = off/unit*unit + m.rnd.IntN(5) - 2
	}
	return min(max(off, 0), m.maxSize)
}

// length picks how much to change at off.
func (m *fileModel) length(off int) int { return min(1+m.rnd.IntN(m.maxWrite), m.maxSize-off) }

func (m *fileModel) resize(size int) {
	if size <= len(m.content) {
		m.content = m.content[:size]
		return
	}
	m.content = append(m.content, make([]byte, size-len(m.content))...)
}

func (m *fileModel) note(format string, args ...any) {
	m.history = append(m.history, fmt.Sprintf(format, args...))
}

func (m *fileModel) step() {
	which := m.rnd.IntN(2)
	f, off := m.fds[which], m.offset()
	n := m.length(off)
	switch k := m.rnd.IntN(100); {
	case k < 40 && n > 0:
		m.note("fd%d write %d at %d", which, n, off)
		b := pattern(m.rnd.Int(), n)
		f.pwrite(b, int64(off))
		m.resize(max(len(m.content), off+n))
		copy(m.content[off:], b)
	case k < 65:
		m.note("fd%d read %d at %d", which, n, off)
		from := min(off, len(m.content))
		m.check("read", f.pread(n, int64(off)), m.content[from:min(off+n, len(m.content))])
	case k < 75:
		m.note("fd%d truncate to %d", which, off)
		f.truncate(int64(off))
		m.resize(off)
	case k < 85 && n > 0:
		m.note("fd%d punch %d at %d", which, n, off)
		f.fallocate(punch, int64(off), int64(n))
		if off < len(m.content) {
			clear(m.content[off:min(off+n, len(m.content))])
		}
	case k < 89 && n > 0:
		m.note("fd%d allocate %d at %d", which, n, off)
		f.fallocate(0, int64(off), int64(n))
		m.resize(max(len(m.content), off+n))
	case k < 94:
		m.copyWithin(off, n)
	case k < 97:
		m.note("fd%d fsync", which)
		m.c.ok(unix.Fsync(f.n))
	default:
		m.note("fd%d close and open", which)
		f.close()
		m.fds[which] = m.c.open(m.c.p("f"), unix.O_RDWR)
	}
	if got := m.fds[1-which].size(); got != int64(len(m.content)) {
		m.c.Fatalf("size through the other descriptor is %d; must be %d", got, len(m.content))
	}
}

func (m *fileModel) copyWithin(off, n int) {
	from := m.offset()
	n = min(n, len(m.content)-from)
	if n <= 0 || (from < off+n && off < from+n) {
		return
	}
	m.note("copy %d from %d to %d", n, from, off)
	if got := m.c.copyRange(m.fds[0], int64(from), m.fds[1], int64(off), n); got != n {
		m.c.Fatalf("copied %d; must be %d", got, n)
	}
	m.resize(max(len(m.content), off+n))
	copy(m.content[off:off+n], m.content[from:from+n])
}

// mapModel changes a file of fixed size by a shared mapping and by a descriptor in turns, and reads it by both.
func (c *env) mapModel(steps int) {
	const size = 200_000
	rnd := c.random()
	f := c.create("f")
	expected := pattern(0, size)
	f.write(expected)
	mapping := f.mmap(size, rw, unix.MAP_SHARED)
	for i := range steps {
		off := rnd.IntN(size)
		n := 1 + rnd.IntN(min(9000, size-off))
		switch k := rnd.IntN(10); {
		case k < 3:
			copy(mapping[off:off+n], pattern(i, n))
			copy(expected[off:], pattern(i, n))
		case k < 6:
			f.pwrite(pattern(i, n), int64(off))
			copy(expected[off:], pattern(i, n))
		case k < 7:
			f.fallocate(punch, int64(off), int64(n))
			clear(expected[off : off+n])
		case k < 8:
			c.ok(unix.Msync(mapping, unix.MS_SYNC))
		}
		c.wantBytes(fmt.Sprintf("step %d, by the descriptor at %d", i, off), f.pread(n, int64(off)), expected[off:off+n])
		c.wantBytes(fmt.Sprintf("step %d, by the mapping at %d", i, off), mapping[off:off+n], expected[off:off+n])
	}
	c.wantBytes("the whole mapping", mapping, expected)
	c.ok(unix.Msync(mapping, unix.MS_SYNC))
	f.close()
	c.wantBytes("after close", c.content(c.p("f")), expected)
}

func (m *fileModel) check(what string, got, expected []byte) {
	m.c.Helper()
	m.c.wantBytes(what, got, expected)
}

func (m *fileModel) checkAll() {
	m.c.Helper()
	for i, f := range m.fds {
		m.check(fmt.Sprintf("all through fd%d", i), f.pread(m.maxSize+m.maxWrite+1, 0), m.content)
	}
}

// dirModel makes, moves and removes entries of two directories at random and compares every outcome with a map.
func (c *env) dirModel(steps int) {
	rnd := c.random()
	c.mkdir("a")
	c.mkdir("b")
	model := map[string]string{} // path below the case's directory to content
	pick := func() string { return fmt.Sprintf("%c/%d", "ab"[rnd.IntN(2)], rnd.IntN(25)) }
	for i := range steps {
		p, q := pick(), pick()
		content, there := model[p]
		_, taken := model[q]
		switch rnd.IntN(5) {
		case 0:
			err := createOnly(c.p(p), fmt.Sprint(i))
			c.wantErr(err, there, unix.EEXIST, "create", p)
			if !there {
				model[p] = fmt.Sprint(i)
			}
		case 1:
			c.wantErr(unix.Unlink(c.p(p)), !there, unix.ENOENT, "unlink", p)
			delete(model, p)
		case 2:
			c.wantErr(unix.Rename(c.p(p), c.p(q)), !there, unix.ENOENT, "rename", p, q)
			if there && p != q {
				delete(model, p)
				model[q] = content
			}
		case 3:
			if there && p != q {
				c.wantErr(renameNoReplace(c.p(p), c.p(q)), taken, unix.EEXIST, "rename NOREPLACE", p, q)
				if !taken {
					delete(model, p)
					model[q] = content
				}
			}
		case 4:
			if there && taken {
				c.wantErr(exchange(c.p(p), c.p(q)), false, 0, "exchange", p, q)
				model[p], model[q] = model[q], model[p]
			}
		}
		if i%100 == 99 {
			c.checkTree(model)
		}
	}
}

func createOnly(path, content string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(content)
	return errors.Join(err, f.Close())
}

// wantErr demands the errno if failing is due, and success otherwise.
func (c *env) wantErr(err error, due bool, errno unix.Errno, what ...string) {
	c.Helper()
	if due && !errors.Is(err, errno) || !due && err != nil {
		c.Fatalf("%q: %v; failing with %v was due: %v", what, err, unix.ErrnoName(errno), due)
	}
}

func (c *env) checkTree(model map[string]string) {
	c.Helper()
	var paths []string
	for _, d := range []string{"a", "b"} {
		for _, n := range c.names(c.p(d)) {
			paths = append(paths, d+"/"+n)
		}
	}
	expected := slices.Sorted(maps.Keys(model))
	slices.Sort(paths)
	if !slices.Equal(paths, expected) {
		c.Fatalf("the tree is %q; must be %q", paths, expected)
	}
	for p, content := range model {
		c.wantContent(c.p(p), content)
	}
}
