package posixtest

import (
	"bytes"
	"os"
	"os/exec"
	"runtime/debug"
	"syscall"

	"golang.org/x/sys/unix"
)

// mmap maps the first n bytes of f until the end of the case.
func (f *fd) mmap(n, prot, flags int) []byte {
	f.c.Helper()
	m, err := unix.Mmap(f.n, 0, n, prot, flags)
	f.c.ok(err)
	f.c.Cleanup(func() { unix.Munmap(m) })
	return m
}

const rw = unix.PROT_READ | unix.PROT_WRITE

var mmapCases = []testCase{
	{"a mapping shows the content", func(c *env) {
		p := c.file("f", string(pattern(1, stripe+5000)))
		m := c.open(p, unix.O_RDONLY).mmap(stripe+5000, unix.PROT_READ, unix.MAP_SHARED)
		c.wantBytes("mapping", m, pattern(1, stripe+5000))
		m = c.open(p, unix.O_RDONLY).mmap(stripe+5000, unix.PROT_READ, unix.MAP_PRIVATE)
		c.wantBytes("private mapping", m, pattern(1, stripe+5000))
	}},
	{"what is stored into a shared mapping is read", func(c *env) {
		f := c.create("f")
		f.write(pattern(1, 20000))
		m := f.mmap(20000, rw, unix.MAP_SHARED)
		copy(m[5000:], "stored")
		expected := pattern(1, 20000)
		copy(expected[5000:], "stored")
		c.ok(unix.Msync(m, unix.MS_SYNC))
		c.wantBytes("same descriptor", f.pread(30000, 0), expected)
		c.wantBytes("another open", c.content(c.p("f")), expected)
	}},
	{"what is written is seen in a shared mapping", func(c *env) {
		f := c.create("f")
		f.write(pattern(1, 10000))
		m := f.mmap(10000, unix.PROT_READ, unix.MAP_SHARED)
		c.wantBytes("before", m, pattern(1, 10000))
		f.pwrite([]byte("written"), 4090)
		c.wantBytes("after", m[4090:4097], []byte("written"))
	}},
	{"two mappings of a file are one memory", func(c *env) {
		f := c.create("f")
		f.truncate(8192)
		a := f.mmap(8192, rw, unix.MAP_SHARED)
		b := c.open(c.p("f"), unix.O_RDWR).mmap(8192, rw, unix.MAP_SHARED)
		a[100] = 'a'
		b[5000] = 'b'
		want(c, "stored by the first", b[100], 'a')
		want(c, "stored by the second", a[5000], 'b')
	}},
	{"stores survive msync, munmap and close", func(c *env) {
		f := c.create("f")
		f.truncate(stripe + 100)
		m, err := unix.Mmap(f.n, 0, stripe+100, rw, unix.MAP_SHARED)
		c.ok(err)
		copy(m, pattern(1, len(m)))
		c.ok(unix.Msync(m, unix.MS_SYNC))
		c.ok(unix.Munmap(m))
		f.close()
		c.wantBytes("content", c.content(c.p("f")), pattern(1, stripe+100))
	}},
	{"stores without msync are there after munmap and close", func(c *env) {
		f := c.create("f")
		f.truncate(100_000)
		m, err := unix.Mmap(f.n, 0, 100_000, rw, unix.MAP_SHARED)
		c.ok(err)
		copy(m, pattern(1, len(m)))
		c.ok(unix.Munmap(m))
		f.close()
		c.wantBytes("content", c.content(c.p("f")), pattern(1, 100_000))
	}},
	{"a mapping outlives its descriptor", func(c *env) {
		f := c.create("f")
		f.write(pattern(1, 10000))
		m := f.mmap(10000, rw, unix.MAP_SHARED)
		f.close()
		c.wantBytes("mapping", m, pattern(1, 10000))
		copy(m, "after close")
		c.ok(unix.Msync(m, unix.MS_SYNC))
		c.wantBytes("content", c.content(c.p("f"))[:11], []byte("after close"))
	}},
	{"a mapping outlives the name", func(c *env) {
		f := c.create("f")
		f.write(pattern(1, 10000))
		m := f.mmap(10000, rw, unix.MAP_SHARED)
		c.ok(unix.Unlink(c.p("f")))
		f.close()
		m[9000] = 'x'
		c.ok(unix.Msync(m, unix.MS_SYNC))
		want(c, "byte", m[9000], 'x')
		want(c, "untouched byte", m[1], pattern(1, 2)[1])
	}},
	{"stores into a private mapping stay private", func(c *env) {
		p := c.file("f", string(pattern(1, 10000)))
		m := c.open(p, unix.O_RDONLY).mmap(10000, rw, unix.MAP_PRIVATE)
		copy(m, "private")
		c.wantBytes("file", c.content(p), pattern(1, 10000))
	}},
	{"bytes past the end in the last page are zero and not stored", func(c *env) {
		f := c.create("f")
		f.write([]byte("short"))
		m := f.mmap(4096, rw, unix.MAP_SHARED)
		c.wantBytes("rest of the page", m[5:], make([]byte, 4091))
		m[100] = 'x'
		c.ok(unix.Msync(m, unix.MS_SYNC))
		want(c, "size", f.size(), 5)
		c.wantContent(c.p("f"), "short")
	}},
	{"a store moves mtime", func(c *env) {
		f := c.create("f")
		f.write(pattern(1, 4096))
		m := f.mmap(4096, rw, unix.MAP_SHARED)
		c.age(c.p("f"))
		m[0] = 'x'
		c.ok(unix.Msync(m, unix.MS_SYNC))
		c.wantFresh(c.p("f"))
	}},
	{"a page that was cut off is SIGBUS, and zero when the file has grown again", func(c *env) {
		f := c.create("f")
		f.write(pattern(1, 16*kib))
		m := f.mmap(16*kib, unix.PROT_READ, unix.MAP_SHARED)
		c.wantBytes("mapping", m, pattern(1, 16*kib))
		f.truncate(4 * kib)
		if !faults(m, 12*kib) {
			c.Fatal("a page past the end could be read")
		}
		f.truncate(16 * kib)
		c.wantBytes("mapping", m, append(pattern(1, 4*kib), make([]byte, 12*kib)...))
	}},
	{"a punched hole is zero in a mapping", func(c *env) {
		f := c.create("f")
		f.write(pattern(1, 16*kib))
		m := f.mmap(16*kib, unix.PROT_READ, unix.MAP_SHARED)
		c.wantBytes("before", m, pattern(1, 16*kib))
		f.fallocate(punch, 4*kib, 8*kib)
		expected := pattern(1, 16*kib)
		clear(expected[4*kib : 12*kib])
		c.wantBytes("after", m, expected)
	}},
	{"mappings need the access mode", func(c *env) {
		p := c.file("f", "content")
		_, err := unix.Mmap(c.open(p, unix.O_RDONLY).n, 0, 4096, rw, unix.MAP_SHARED)
		c.fails(err, unix.EACCES)
		_, err = unix.Mmap(c.open(p, unix.O_WRONLY).n, 0, 4096, unix.PROT_READ, unix.MAP_SHARED)
		c.fails(err, unix.EACCES)
	}},
}

// faults says whether reading b[i] touches memory that is not there.
func faults(b []byte, i int) (faulted bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() { faulted = recover() != nil }()
	return b[i] == b[i]+1 // never true, but the compiler does not drop the access
}

// copySelf copies this test binary to name on the filesystem under test and makes it executable.
func (c *env) copySelf(name string) string {
	c.Helper()
	b, err := os.ReadFile("/proc/self/exe")
	c.ok(err)
	c.ok(os.WriteFile(c.p(name), b, 0o755))
	return c.p(name)
}

// hello runs a copy of this test binary and demands its greeting.
func (c *env) hello(path string) {
	c.Helper()
	cmd := exec.Command(path)
	cmd.Env = append(os.Environ(), agentEnv+"="+agentHello)
	out, err := cmd.Output()
	c.ok(err)
	want(c, "output", string(out), helloText)
}

var execCases = []testCase{
	{"a script runs", func(c *env) {
		p := c.file("script", "#!/bin/sh\necho \"hello $1\"\n")
		c.ok(os.Chmod(p, 0o755))
		out, err := exec.Command(p, "you").Output()
		c.ok(err)
		want(c, "output", string(out), "hello you\n")
	}},
	{"a binary copied here runs, again and from its new name", func(c *env) {
		p := c.copySelf("binary")
		c.hello(p)
		c.hello(p)
		c.ok(unix.Rename(p, c.p("renamed")))
		c.hello(c.p("renamed"))
	}},
	{"without x it is EACCES, also for root", func(c *env) {
		p := c.file("script", "#!/bin/sh\n")
		c.fails(exec.Command(p).Run(), unix.EACCES)
	}},
	{"a replaced program is the new one at once", func(c *env) {
		for i := range 5 {
			text := bytes.Repeat([]byte{byte('a' + i)}, 8)
			p := c.file("script", "#!/bin/sh\necho "+string(text)+"\n")
			c.ok(os.Chmod(p, 0o755))
			out, err := exec.Command(p).Output()
			c.ok(err)
			want(c, "output", string(out), string(text)+"\n")
		}
	}},
	{"set-user-ID takes effect", func(c *env) {
		p := c.copySelf("binary")
		c.give(p, alice)
		c.ok(unix.Chmod(p, 0o4755))
		cmd := exec.Command(p)
		cmd.Env = append(os.Environ(), agentEnv+"="+agentUID)
		out, err := cmd.Output()
		c.ok(err)
		if string(out) == "0\n" {
			c.lacks("set-user-ID (the mount may be nosuid)")
		}
		want(c, "effective user", string(out), "20001\n")
	}},
	{"a program runs in a directory of the filesystem", func(c *env) {
		d := c.mkdir("d")
		cmd := exec.Command("/bin/sh", "-c", "echo x > f && mkdir e && cd e && echo y > ../g && pwd -P")
		cmd.Dir = d
		cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
		out, err := cmd.Output()
		c.ok(err)
		want(c, "getcwd", string(out), d+"/e\n")
		c.wantContent(d+"/f", "x\n")
		c.wantContent(d+"/g", "y\n")
	}},
}
