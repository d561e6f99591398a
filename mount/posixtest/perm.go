package posixtest

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

var modeCases = []testCase{
	{"chmod sets all twelve bits", func(c *env) {
		p := c.file("f", "")
		for _, m := range []uint32{0, 0o777, 0o7777, 0o4755, 0o2755, 0o1644, 0o600} {
			c.ok(unix.Chmod(p, m))
			want(c, "mode", c.stat(p).Mode, unix.S_IFREG|m)
		}
		f := c.open(p, unix.O_RDONLY)
		c.ok(unix.Fchmod(f.n, 0o640))
		want(c, "mode", c.perm(p), 0o640)
	}},
	{"chown sets owner and group, -1 leaves one", func(c *env) {
		p := c.file("f", "")
		c.ok(unix.Chown(p, 5, 6))
		c.ok(unix.Chown(p, -1, 7))
		st := c.stat(p)
		want(c, "owner", st.Uid, 5)
		want(c, "group", st.Gid, 7)
		c.ok(unix.Chown(p, 4_000_000_000, -1))
		st = c.stat(p)
		want(c, "owner", st.Uid, 4_000_000_000)
		want(c, "group", st.Gid, 7)
	}},
	{"umask takes bits from what is created", func(c *env) {
		c.ok(c.as(superuser, func() error {
			unix.Umask(0o027)
			n, err := unix.Open("f", unix.O_CREAT|unix.O_WRONLY|unix.O_CLOEXEC, 0o666)
			if err != nil {
				return err
			}
			unix.Close(n)
			if err := unix.Mkdir("d", 0o777); err != nil {
				return err
			}
			return unix.Mknod("p", unix.S_IFIFO|0o666, 0)
		}))
		want(c, "mode of the file", c.perm(c.p("f")), 0o640)
		want(c, "mode of the directory", c.perm(c.p("d")), 0o750)
		want(c, "mode of the fifo", c.perm(c.p("p")), 0o640)
	}},
	{"what a user creates belongs to them", func(c *env) {
		c.ok(os.Chmod(c.dir, 0o777))
		c.ok(c.as(alice, func() error {
			if err := unix.Mkdir("d", 0o755); err != nil {
				return err
			}
			if err := unix.Symlink("x", "l"); err != nil {
				return err
			}
			return touch("f")
		}))
		for _, name := range []string{"f", "d", "l"} {
			st := c.lstat(c.p(name))
			want(c, "owner of "+name, st.Uid, alice.uid)
			want(c, "group of "+name, st.Gid, alice.gid)
		}
	}},
	{"a set-group-ID directory passes on its group, and the bit to directories", func(c *env) {
		d := c.mkdir("d")
		c.ok(unix.Chown(d, -1, 777))
		c.ok(unix.Chmod(d, 0o2777))
		c.ok(c.as(alice, func() error {
			if err := unix.Mkdir("d/sub", 0o755); err != nil {
				return err
			}
			return touch("d/f")
		}))
		want(c, "group of the file", c.stat(d+"/f").Gid, 777)
		want(c, "mode of the file", c.perm(d+"/f"), 0o644)
		want(c, "group of the directory", c.stat(d+"/sub").Gid, 777)
		want(c, "mode of the directory", c.perm(d+"/sub"), 0o2755)
	}},
	{"a write by another user takes away set-user-ID and set-group-ID", func(c *env) {
		p := c.file("f", "content")
		write := func() error {
			return c.as(alice, func() error {
				n, err := unix.Open("f", unix.O_WRONLY|unix.O_CLOEXEC, 0)
				if err != nil {
					return err
				}
				defer unix.Close(n)
				_, err = unix.Write(n, []byte("x"))
				return err
			})
		}
		c.ok(unix.Chmod(p, 0o6777))
		c.ok(write())
		want(c, "mode", c.perm(p), 0o777)
		c.ok(unix.Chmod(p, 0o1666))
		c.ok(write())
		want(c, "mode without the bits", c.perm(p), 0o1666)
	}},
	{"a truncation by another user takes away set-user-ID", func(c *env) {
		p := c.file("f", "content")
		c.ok(unix.Chmod(p, 0o4777))
		c.ok(c.as(alice, func() error { return unix.Truncate("f", 2) }))
		want(c, "mode", c.perm(p), 0o777)
		c.ok(unix.Chmod(p, 0o4777))
		c.ok(c.as(alice, func() error { return openErr("f", unix.O_WRONLY|unix.O_TRUNC) }))
		want(c, "mode after O_TRUNC", c.perm(p), 0o777)
	}},
	{"a write by root leaves the bits", func(c *env) {
		f := c.create("f")
		c.ok(unix.Chmod(c.p("f"), 0o6755))
		f.write([]byte("x"))
		f.close()
		want(c, "mode", c.perm(c.p("f")), 0o6755)
	}},
	{"chown takes away set-user-ID and set-group-ID of a file", func(c *env) {
		p := c.file("f", "")
		c.ok(unix.Chmod(p, 0o6755))
		c.ok(unix.Chown(p, int(alice.uid), int(alice.gid)))
		want(c, "mode after root's chown", c.perm(p), 0o755)
		c.ok(unix.Chmod(p, 0o6755))
		who := cred{uid: alice.uid, gid: alice.gid, groups: []uint32{555}}
		c.ok(c.as(who, func() error { return unix.Chown("f", -1, 555) }))
		want(c, "mode after the owner's chgrp", c.perm(p), 0o755)
	}},
	{"chmod by one outside the group drops set-group-ID", func(c *env) {
		p := c.file("f", "")
		c.ok(unix.Chown(p, int(alice.uid), 777))
		c.ok(c.as(alice, func() error { return unix.Chmod("f", 0o2755) }))
		want(c, "mode", c.perm(p), 0o755)
	}},
	{"only the owner and root chmod", func(c *env) {
		p := c.file("f", "")
		c.ok(unix.Chmod(p, 0o666))
		chmod := func() error { return unix.Chmod("f", 0o777) }
		c.fails(c.as(alice, chmod), unix.EPERM)
		c.give(p, alice)
		c.ok(c.as(alice, chmod))
		c.fails(c.as(bob, chmod), unix.EPERM)
	}},
	{"an owner gives to own groups only, and away to nobody", func(c *env) {
		p := c.file("f", "")
		c.give(p, alice)
		who := cred{uid: alice.uid, gid: alice.gid, groups: []uint32{555}}
		c.ok(c.as(who, func() error { return unix.Chown("f", -1, 555) }))
		want(c, "group", c.stat(p).Gid, 555)
		c.fails(c.as(who, func() error { return unix.Chown("f", -1, 556) }), unix.EPERM)
		c.fails(c.as(who, func() error { return unix.Chown("f", int(bob.uid), -1) }), unix.EPERM)
		c.fails(c.as(bob, func() error { return unix.Chown("f", int(bob.uid), -1) }), unix.EPERM)
	}},
}

func touch(name string) error {
	n, err := unix.Open(name, unix.O_CREAT|unix.O_WRONLY|unix.O_CLOEXEC, 0o644)
	if err != nil {
		return err
	}
	return unix.Close(n)
}

var accessCases = []testCase{
	{"owner, group and others each get their own bits and no more", func(c *env) {
		p := c.file("f", "x")
		c.ok(unix.Chown(p, int(alice.uid), 777))
		inGroup := cred{uid: bob.uid, gid: bob.gid, groups: []uint32{777}}
		byGID := cred{uid: bob.uid, gid: 777}
		for _, tc := range []struct {
			mode uint32
			who  cred
			r, w bool
		}{
			{0o600, alice, true, true}, {0o600, inGroup, false, false}, {0o600, bob, false, false},
			{0o640, inGroup, true, false}, {0o640, byGID, true, false}, {0o640, bob, false, false},
			{0o644, bob, true, false}, {0o666, bob, true, true}, {0o602, bob, false, true},
			// The first class that applies decides, also when a later one would give more.
			{0o066, alice, false, false}, {0o606, inGroup, false, false}, {0o606, bob, true, true},
		} {
			c.ok(unix.Chmod(p, tc.mode))
			for flag, allowed := range map[int]bool{unix.O_RDONLY: tc.r, unix.O_WRONLY: tc.w, unix.O_RDWR: tc.r && tc.w} {
				err := c.as(tc.who, func() error { return openErr("f", flag) })
				if allowed && err != nil {
					c.Fatalf("mode %o, user %d, flag %d: %v; must be allowed", tc.mode, tc.who.uid, flag, err)
				}
				if !allowed && err != unix.EACCES {
					c.Fatalf("mode %o, user %d, flag %d: %v; must be EACCES", tc.mode, tc.who.uid, flag, err)
				}
			}
		}
	}},
	{"root passes all but execution without any x", func(c *env) {
		p := c.file("f", "x")
		c.give(p, alice)
		c.ok(unix.Chmod(p, 0))
		c.ok(openErr(p, unix.O_RDWR))
		c.fails(unix.Access(p, unix.X_OK), unix.EACCES)
		c.ok(unix.Chmod(p, 0o010))
		c.ok(unix.Access(p, unix.X_OK))
	}},
	{"entering a directory needs x, listing needs r, changing needs w and x", func(c *env) {
		d := c.mkdir("d")
		c.file("d/f", "x")
		c.give(d, alice)
		var st unix.Stat_t
		do := map[string]func() error{
			"look up": func() error { return unix.Stat("d/f", &st) },
			"list":    func() error { return openErr("d", unix.O_RDONLY|unix.O_DIRECTORY) },
			"add":     func() error { return touch("d/new") },
			"remove":  func() error { return unix.Unlink("d/f") },
			"rename":  func() error { return unix.Rename("d/f", "d/g") },
		}
		for _, tc := range []struct {
			mode    uint32
			allowed string
		}{
			{0o500, "look up, list"}, {0o100, "look up"}, {0o400, "list"}, {0o600, "list"}, {0o200, ""}, {0, ""},
		} {
			c.ok(unix.Chmod(d, tc.mode))
			for what, f := range do {
				err := c.as(alice, f)
				allowed := what == "look up" && tc.mode&0o100 != 0 || what == "list" && tc.mode&0o400 != 0
				if allowed && err != nil || !allowed && err != unix.EACCES {
					c.Fatalf("mode %o, %s: %v; allowed must be %s", tc.mode, what, err, tc.allowed)
				}
			}
		}
		c.ok(unix.Chmod(d, 0o300))
		c.ok(c.as(alice, do["add"]))
		c.ok(c.as(alice, do["rename"]))
	}},
	{"an unreachable parent hides everything below", func(c *env) {
		c.mkdir("d")
		c.mkdir("d/e")
		c.file("d/e/f", "x")
		c.ok(unix.Chmod(c.p("d/e/f"), 0o666))
		c.ok(unix.Chmod(c.p("d"), 0o700))
		c.fails(c.as(alice, func() error { return openErr("d/e/f", unix.O_RDONLY) }), unix.EACCES)
		c.ok(unix.Chmod(c.p("d"), 0o711))
		c.ok(c.as(alice, func() error { return openErr("d/e/f", unix.O_RDONLY) }))
	}},
	{"removing needs the directory, not the file", func(c *env) {
		d := c.mkdir("d")
		p := c.file("d/f", "")
		c.ok(unix.Chmod(p, 0))
		c.fails(c.as(alice, func() error { return unix.Unlink("d/f") }), unix.EACCES)
		c.give(d, alice)
		c.ok(c.as(alice, func() error { return unix.Unlink("d/f") }))
	}},
	{"in a sticky directory only owners remove and rename", func(c *env) {
		d := c.mkdir("d")
		c.ok(unix.Chmod(d, 0o1777))
		c.ok(c.as(alice, func() error { return touch("d/f") }))
		c.ok(c.as(bob, func() error { return touch("d/g") }))
		c.fails(c.as(bob, func() error { return unix.Unlink("d/f") }), unix.EPERM)
		c.fails(c.as(bob, func() error { return unix.Rename("d/f", "d/h") }), unix.EPERM)
		c.fails(c.as(bob, func() error { return unix.Rename("d/g", "d/f") }), unix.EPERM)
		c.ok(c.as(alice, func() error { return unix.Rename("d/f", "d/h") }))
		c.ok(c.as(alice, func() error { return unix.Unlink("d/h") }))
		c.give(d, bob)
		c.ok(c.as(alice, func() error { return touch("d/f") }))
		c.ok(c.as(bob, func() error { return unix.Unlink("d/f") }))
	}},
	{"in a sticky directory only owners remove directories", func(c *env) {
		d := c.mkdir("d")
		c.ok(unix.Chmod(d, 0o1777))
		c.ok(c.as(alice, func() error { return unix.Mkdir("d/sub", 0o777) }))
		c.fails(c.as(bob, func() error { return unix.Rmdir("d/sub") }), unix.EPERM)
		c.ok(c.as(alice, func() error { return unix.Rmdir("d/sub") }))
	}},
	{"moving a directory to another parent needs w on it", func(c *env) {
		for _, name := range []string{"a", "b"} {
			c.give(c.mkdir(name), alice)
		}
		c.mkdir("a/sub")
		c.fails(c.as(alice, func() error { return unix.Rename("a/sub", "b/sub") }), unix.EACCES)
		c.ok(c.as(alice, func() error { return unix.Rename("a/sub", "a/other") }))
		c.give(c.p("a/other"), alice)
		c.ok(c.as(alice, func() error { return unix.Rename("a/other", "b/sub") }))
	}},
	{"supplementary groups count", func(c *env) {
		p := c.file("f", "x")
		c.ok(unix.Chown(p, 0, 777))
		c.ok(unix.Chmod(p, 0o060))
		var many []uint32
		for g := range uint32(100) {
			many = append(many, 30000+g)
		}
		open := func() error { return openErr("f", unix.O_RDWR) }
		c.fails(c.as(cred{uid: alice.uid, gid: alice.gid, groups: many}, open), unix.EACCES)
		c.ok(c.as(cred{uid: alice.uid, gid: alice.gid, groups: append(many, 777)}, open))
	}},
	{"rights are checked at open and not again", func(c *env) {
		p := c.file("f", "")
		c.give(p, alice)
		c.ok(c.as(alice, func() error {
			n, err := unix.Open("f", unix.O_RDWR|unix.O_CLOEXEC, 0)
			if err != nil {
				return err
			}
			defer unix.Close(n)
			if err := unix.Fchmod(n, 0); err != nil {
				return err
			}
			if _, err := unix.Write(n, []byte("still")); err != nil {
				return err
			}
			if _, err := unix.Pread(n, make([]byte, 5), 0); err != nil {
				return err
			}
			if err := openErr("f", unix.O_RDONLY); err != unix.EACCES {
				return fmt.Errorf("opening again: %v; must be EACCES", err)
			}
			return nil
		}))
	}},
	{"access(2) asks for the real user", func(c *env) {
		p := c.file("f", "")
		c.ok(unix.Chmod(p, 0o604))
		c.fails(c.as(alice, func() error { return unix.Access("f", unix.W_OK) }), unix.EACCES)
		c.ok(c.as(alice, func() error { return unix.Access("f", unix.R_OK) }))
		c.ok(c.as(alice, func() error { return unix.Access("f", unix.F_OK) }))
		c.fails(c.as(alice, func() error { return unix.Access("g", unix.F_OK) }), unix.ENOENT)
	}},
}
