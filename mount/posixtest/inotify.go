package posixtest

import (
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// watch starts to watch path and returns what gives, after a while, the events so far as "name:mask".
func (c *env) watch(path string, mask uint32) func(awaited ...string) {
	c.Helper()
	n, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	c.ok(err)
	f := c.adopt(n)
	_, err = unix.InotifyAddWatch(f.n, path, mask)
	c.ok(err)
	var seen []string
	return func(awaited ...string) {
		c.Helper()
		c.eventually(fmt.Sprintf("events %q; seen were %q", awaited, seen), func() bool {
			buf := make([]byte, 64*kib)
			n, err := unix.Read(f.n, buf)
			if err != unix.EAGAIN {
				c.ok(err)
				seen = append(seen, parseInotify(buf[:n])...)
			}
			return !slices.ContainsFunc(awaited, func(a string) bool { return !slices.Contains(seen, a) })
		})
	}
}

func parseInotify(b []byte) (events []string) {
	names := map[uint32]string{unix.IN_CREATE: "create", unix.IN_DELETE: "delete", unix.IN_CLOSE_WRITE: "close",
		unix.IN_MOVED_FROM: "from", unix.IN_MOVED_TO: "to", unix.IN_MODIFY: "modify", unix.IN_ATTRIB: "attrib"}
	for len(b) >= unix.SizeofInotifyEvent {
		mask := binary.NativeEndian.Uint32(b[4:])
		end := unix.SizeofInotifyEvent + int(binary.NativeEndian.Uint32(b[12:]))
		name := strings.TrimRight(string(b[unix.SizeofInotifyEvent:end]), "\x00")
		events = append(events, names[mask&^unix.IN_ISDIR]+":"+name)
		b = b[end:]
	}
	return events
}

var inotifyCases = []testCase{
	{"tells of changes made through this mount", func(c *env) {
		awaitEvents := c.watch(c.dir, unix.IN_CREATE|unix.IN_CLOSE_WRITE|unix.IN_MOVE|unix.IN_DELETE|unix.IN_MODIFY|unix.IN_ATTRIB)
		p := c.file("f", "content")
		awaitEvents("create:f", "modify:f", "close:f", "attrib:f")
		c.ok(unix.Rename(p, c.p("g")))
		awaitEvents("from:f", "to:g")
		c.mkdir("d")
		awaitEvents("create:d")
		c.ok(unix.Unlink(c.p("g")))
		c.ok(os.Remove(c.p("d")))
		awaitEvents("delete:g", "delete:d")
	}},
}
