package posixtest

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

var nameCases = []testCase{
	{"255 bytes are fine, 256 are ENAMETOOLONG, in every call", func(c *env) {
		fits, tooLong := c.p(strings.Repeat("n", 255)), c.p(strings.Repeat("n", 256))
		c.open(fits, unix.O_CREAT|unix.O_WRONLY).close()
		c.wantNames(c.dir, strings.Repeat("n", 255))
		src := c.file("f", "")
		var st unix.Stat_t
		for _, err := range []error{
			openErr(tooLong, unix.O_CREAT|unix.O_WRONLY),
			openErr(tooLong, unix.O_RDONLY),
			unix.Mkdir(tooLong, 0o755),
			unix.Symlink("x", tooLong),
			unix.Link(src, tooLong),
			unix.Rename(src, tooLong),
			unix.Unlink(tooLong),
			unix.Rmdir(tooLong),
			unix.Stat(tooLong, &st),
			unix.Mknod(tooLong, unix.S_IFIFO|0o600, 0),
		} {
			c.fails(err, unix.ENAMETOOLONG)
		}
	}},
	{"the limit counts bytes and not characters", func(c *env) {
		fits := strings.Repeat("ü", 127) + "x"
		c.file(fits, "")
		c.wantNames(c.dir, fits)
		c.fails(openErr(c.p(strings.Repeat("ü", 128)), unix.O_CREAT|unix.O_WRONLY), unix.ENAMETOOLONG)
	}},
	{"every byte but / and NUL may be in a name", func(c *env) {
		var names []string
		for b := 1; b < 256; b++ {
			if b != '/' {
				names = append(names, "a"+string([]byte{byte(b)})+"z")
			}
		}
		for _, n := range names {
			c.file(n, n)
		}
		for _, n := range names {
			c.wantContent(c.p(n), n)
		}
		c.wantNames(c.dir, names...)
	}},
	{"newlines, spaces, quotes and backslashes are kept", func(c *env) {
		names := []string{"a\nb", "\n", " ", " lead", "trail ", "tab\t", `quo"te`, "it's", `back\slash`, "*", "?", "~", "-rf", "a:b", "%41", "...", "..a", ".hidden", "CON"}
		for _, n := range names {
			c.file(n, n)
		}
		c.wantNames(c.dir, names...)
		for _, n := range names {
			c.wantContent(c.p(n), n)
			c.ok(unix.Rename(c.p(n), c.p(n+"'")))
			c.ok(unix.Unlink(c.p(n + "'")))
		}
	}},
	{"names that are no valid UTF-8 are kept", func(c *env) {
		names := []string{"\xff", "a\xc3", "\xed\xa0\x80", "\xf8\x88\x80\x80\x80", "\x80\x81"}
		for _, n := range names {
			c.file(n, n)
		}
		c.wantNames(c.dir, names...)
		for _, n := range names {
			c.wantContent(c.p(n), n)
		}
	}},
	{"composed and decomposed Unicode are different names", func(c *env) {
		nfc, nfd := "caf\u00e9", "cafe\u0301"
		c.file(nfc, "composed")
		c.absent(c.p(nfd))
		c.file(nfd, "decomposed")
		c.wantContent(c.p(nfc), "composed")
		c.wantContent(c.p(nfd), "decomposed")
		c.wantNames(c.dir, nfc, nfd)
	}},
	{"case matters", func(c *env) {
		c.file("name", "lower")
		c.absent(c.p("NAME"))
		c.file("NAME", "upper")
		c.wantContent(c.p("name"), "lower")
		c.wantNames(c.dir, "name", "NAME")
	}},
	{". and .. cannot be made or removed", func(c *env) {
		d := c.mkdir("d")
		for _, dot := range []string{"/.", "/.."} {
			c.fails(unix.Mkdir(d+dot, 0o755), unix.EEXIST)
			c.fails(openErr(d+dot, unix.O_CREAT|unix.O_EXCL|unix.O_WRONLY), unix.EEXIST, unix.EISDIR)
			c.fails(unix.Symlink("x", d+dot), unix.EEXIST)
			c.fails(unix.Link(c.dir, d+dot), unix.EEXIST, unix.EPERM)
			c.fails(unix.Unlink(d+dot), unix.EISDIR)
		}
	}},
	{"one-byte names and many similar ones are told apart", func(c *env) {
		for i := range 500 {
			c.file(fmt.Sprintf("%d", i), fmt.Sprint(i))
		}
		for i := range 500 {
			c.wantContent(c.p(fmt.Sprint(i)), fmt.Sprint(i))
		}
	}},
}

var pathCases = []testCase{
	{"PATH_MAX is 4096 with the NUL", func(c *env) {
		// Built of "./" so that no deep tree is needed: 4095 bytes are fine, one more is not.
		path := func(n int) string {
			tail := "f"
			if (n-len(tail))%2 == 1 {
				tail = "./" + "/f" // one slash more
			}
			return strings.Repeat("./", (n-len(tail))/2) + tail
		}
		c.file("f", "x")
		stat := func(n int) error {
			return c.as(superuser, func() error { var st unix.Stat_t; return unix.Stat(path(n), &st) })
		}
		want(c, "length of the test's path", len(path(4095)), 4095)
		c.ok(stat(4095))
		c.fails(stat(4096), unix.ENAMETOOLONG)
	}},
	{"trees deeper than PATH_MAX can be built and used step by step", func(c *env) {
		name := strings.Repeat("d", 200)
		const depth = 25
		fds := []*fd{c.open(c.dir, unix.O_RDONLY|unix.O_DIRECTORY)}
		for range depth {
			parent := fds[len(fds)-1]
			c.ok(unix.Mkdirat(parent.n, name, 0o755))
			n, err := unix.Openat(parent.n, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
			c.ok(err)
			fds = append(fds, c.adopt(n))
		}
		n, err := unix.Openat(fds[depth].n, "f", unix.O_CREAT|unix.O_RDWR|unix.O_CLOEXEC, 0o644)
		c.ok(err)
		f := c.adopt(n)
		f.write([]byte("deep"))
		f.close()
		c.ok(unix.Unlinkat(fds[depth].n, "f", 0))
		for i := depth - 1; i >= 0; i-- {
			c.ok(unix.Unlinkat(fds[i].n, name, unix.AT_REMOVEDIR))
		}
	}},
	{"a file as a directory is ENOTDIR", func(c *env) {
		c.file("f", "")
		var st unix.Stat_t
		c.fails(unix.Stat(c.p("f/x"), &st), unix.ENOTDIR)
		c.fails(unix.Stat(c.p("f/"), &st), unix.ENOTDIR)
		c.fails(unix.Stat(c.p("f/."), &st), unix.ENOTDIR)
		c.fails(openErr(c.p("f/x"), unix.O_CREAT|unix.O_WRONLY), unix.ENOTDIR)
	}},
	{"a missing directory on the way is ENOENT", func(c *env) {
		var st unix.Stat_t
		c.fails(unix.Stat(c.p("missing/x"), &st), unix.ENOENT)
		c.fails(unix.Stat(c.p("missing/../x"), &st), unix.ENOENT)
		c.fails(unix.Stat("", &st), unix.ENOENT)
	}},
	{"symlink loops are ELOOP", func(c *env) {
		c.ok(unix.Symlink("self", c.p("self")))
		c.ok(unix.Symlink("b", c.p("a")))
		c.ok(unix.Symlink("a", c.p("b")))
		var st unix.Stat_t
		c.fails(unix.Stat(c.p("self"), &st), unix.ELOOP)
		c.fails(unix.Stat(c.p("a"), &st), unix.ELOOP)
		c.fails(openErr(c.p("a"), unix.O_RDONLY), unix.ELOOP)
		c.fails(openErr(c.p("self/x"), unix.O_CREAT|unix.O_WRONLY), unix.ELOOP)
		c.ok(unix.Unlink(c.p("self")))
	}},
	{"chains of 40 symlinks work, longer ones are ELOOP", func(c *env) {
		c.file("0", "end")
		for i := range 41 {
			c.ok(unix.Symlink(fmt.Sprint(i), c.p(fmt.Sprint(i+1))))
		}
		c.wantContent(c.p("40"), "end")
		c.fails(openErr(c.p("41"), unix.O_RDONLY), unix.ELOOP)
	}},
	{"repeated slashes and dots mean nothing", func(c *env) {
		c.mkdir("d")
		c.file("d/f", "x")
		c.wantContent(c.p("d//f"), "x")
		c.wantContent(c.p("./d/.//./f"), "x")
		c.wantContent(c.p("d/../d/f"), "x")
		c.ok(unix.Mkdir(c.p("e/"), 0o755))
		c.ok(unix.Rmdir(c.p("e//")))
		c.fails(openErr(c.p("new/"), unix.O_CREAT|unix.O_WRONLY), unix.EISDIR)
	}},
	{"a looked-up absence is forgotten when the name appears", func(c *env) {
		for i := range 50 {
			p := c.p(fmt.Sprint(i))
			c.absent(p)
			c.file(fmt.Sprint(i), "")
			c.stat(p)
			c.ok(unix.Unlink(p))
			c.absent(p)
		}
	}},
}
