//go:build linux

package state

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"github.com/wakefs/wakefs/fs"
)

// TestLikeLinux does the same calls as the same users to the file system under the test's temporary directory,
// ext4 on most machines, and to a view with Check: the errors and the attributes must be the same. It needs root, to
// become others.
func TestLikeLinux(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, to act as other users")
	}
	if k := hardlinksProtected(); k != "1\n" {
		t.Skip("needs fs.protected_hardlinks=1, which is " + k)
	}
	var st unix.Statfs_t
	if err := unix.Statfs(t.TempDir(), &st); err != nil || st.Type != unix.EXT4_SUPER_MAGIC {
		t.Skipf("needs a temporary directory on ext4, this is %#x (%v)", st.Type, err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		l := &likeLinux{world: newWorld(t), inos: map[uint64]fs.Ino{}}
		if err := os.Chmod(dir, 0o755); err != nil {
			rt.Fatal(err)
		}
		for i := range l.fd {
			name := fmt.Sprintf("d%d", i)
			if err := os.Mkdir(dir+"/"+name, 0o755); err != nil {
				rt.Fatal(err)
			}
			if l.fd[i], err = unix.Open(dir+"/"+name, unix.O_RDONLY|unix.O_DIRECTORY, 0); err != nil {
				rt.Fatal(err)
			}
			defer unix.Close(l.fd[i])
			mode := rapid.SampledFrom([]uint32{0o755, 0o777, 0o1777, 0o2777, 0o3770, 0o700}).Draw(rt, "mode")
			uid := rapid.SampledFrom([]int{0, 1, 2}).Draw(rt, "owner")
			if err := errors.Join(unix.Fchown(l.fd[i], uid, uid+10), unix.Fchmod(l.fd[i], mode)); err != nil {
				rt.Fatal(err)
			}
			l.dir[i] = l.mkdir(1, name)
			l.do(&fs.SetAttr{Ino: l.dir[i], Set: fs.SetUID | fs.SetGID, UID: uint32(uid), GID: uint32(uid + 10)})
			l.do(&fs.SetAttr{Ino: l.dir[i], Set: fs.SetMode, Mode: mode})
		}
		rt.Repeat(map[string]func(*rapid.T){
			"create": l.create, "create2": l.create, "mkdir": l.makeDir, "link": l.linkOp, "unlink": l.unlinkOp, "rename": l.renameOp, "rename2": l.renameOp,
			"chmod": l.chmodOp, "chown": l.chownOp, "truncate": l.truncateOp, "utimes": l.utimesOp, "acl": l.aclOp, "xattr": l.xattrOp, "": l.compareAll,
		})
	})
}

func hardlinksProtected() string {
	b, err := os.ReadFile("/proc/sys/fs/protected_hardlinks")
	if err != nil {
		return err.Error()
	}
	return string(b)
}

type likeLinux struct {
	*world
	fd   [2]int
	dir  [2]fs.Ino
	inos map[uint64]fs.Ino
}

// user is drawn for each call: root and two others, one with a supplementary group.
func (l *likeLinux) user(t *rapid.T) fs.Cred {
	return rapid.SampledFrom([]fs.Cred{{}, {UID: 1, GID: 11}, {UID: 2, GID: 12, Groups: []uint32{11}}, {UID: 3, GID: 13}}).Draw(t, "user")
}

// both makes the call as the user and applies the operation, and compares the errors.
func (l *likeLinux) both(t *rapid.T, cred fs.Cred, op fs.Op, call func() error) bool {
	want := as(t, cred, call)
	tx := l.tx(op)
	tx.Check, tx.Cred = true, cred
	_, err := l.apply(tx)
	if got := errnoOf(err); got != want {
		t.Fatalf("%T %+v as %+v: %v (%v), Linux says %v", op, op, cred, got, err, want)
	}
	return err == nil
}

// as runs the call with the thread's file system identity changed, which takes root's capabilities with it.
func as(t *rapid.T, cred fs.Cred, call func() error) syscall.Errno {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	set := func(c fs.Cred) {
		var p unsafe.Pointer
		if len(c.Groups) > 0 {
			p = unsafe.Pointer(&c.Groups[0])
		}
		_, _, e := syscall.RawSyscall(syscall.SYS_SETGROUPS, uintptr(len(c.Groups)), uintptr(p), 0)
		if e != 0 {
			t.Skip("needs setgroups: ", e)
		}
		syscall.RawSyscall(syscall.SYS_SETFSGID, uintptr(c.GID), 0, 0)
		syscall.RawSyscall(syscall.SYS_SETFSUID, uintptr(c.UID), 0, 0)
	}
	set(cred)
	err := call()
	set(fs.Cred{})
	var e syscall.Errno
	errors.As(err, &e)
	return e
}

func errnoOf(err error) syscall.Errno {
	if err == nil {
		return 0
	}
	return map[fs.Kind]syscall.Errno{
		fs.KindNotFound: unix.ENOENT, fs.KindExists: unix.EEXIST, fs.KindNotDir: unix.ENOTDIR, fs.KindIsDir: unix.EISDIR,
		fs.KindNotEmpty: unix.ENOTEMPTY, fs.KindPermission: unix.EPERM, fs.KindAccess: unix.EACCES, fs.KindInvalid: unix.EINVAL,
		fs.KindNoAttr: unix.ENODATA, fs.KindUnsupported: unix.EOPNOTSUPP,
	}[fs.KindOf(err)]
}

func (l *likeLinux) where(t *rapid.T) (int, string) {
	return rapid.IntRange(0, 1).Draw(t, "dir"), rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name")
}

func (l *likeLinux) mode(t *rapid.T) uint32 {
	return rapid.SampledFrom([]uint32{0o644, 0o600, 0o666, 0o755, 0o777, 0o4755, 0o2755, 0o2745, 0o6777, 0o1777, 0, 0o070, 0o007}).Draw(t, "mode")
}

func (l *likeLinux) create(t *rapid.T) {
	d, name := l.where(t)
	mode := l.mode(t)
	l.both(t, l.user(t), &fs.Create{Parent: l.dir[d], Name: name, Ino: l.newIno(), Mode: fs.ModeRegular | mode, Umask: 0o22}, func() error {
		defer unix.Umask(unix.Umask(0o22))
		return unix.Mknodat(l.fd[d], name, unix.S_IFREG|mode, 0)
	})
}

func (l *likeLinux) makeDir(t *rapid.T) {
	d, name := l.where(t)
	mode := l.mode(t) & 0o1777 // mkdir(2) takes no others
	l.both(t, l.user(t), &fs.Create{Parent: l.dir[d], Name: name, Ino: l.newIno(), Mode: fs.ModeDir | mode, Umask: 0o22}, func() error {
		defer unix.Umask(unix.Umask(0o22))
		return unix.Mkdirat(l.fd[d], name, mode)
	})
}

func (l *likeLinux) unlinkOp(t *rapid.T) {
	d, name := l.where(t)
	dir, flags := rapid.Bool().Draw(t, "rmdir"), 0
	if dir {
		flags = unix.AT_REMOVEDIR
	}
	l.both(t, l.user(t), &fs.Unlink{Parent: l.dir[d], Name: name, Dir: dir}, func() error { return unix.Unlinkat(l.fd[d], name, flags) })
}

func (l *likeLinux) renameOp(t *rapid.T) {
	d, name := l.where(t)
	d2, name2 := l.where(t)
	op := &fs.Rename{Parent: l.dir[d], Name: name, NewParent: l.dir[d2], NewName: name2}
	flags := rapid.SampledFrom([]uint{0, 0, unix.RENAME_NOREPLACE, unix.RENAME_EXCHANGE}).Draw(t, "flags")
	op.NoReplace, op.Exchange = flags == unix.RENAME_NOREPLACE, flags == unix.RENAME_EXCHANGE
	l.both(t, l.user(t), op, func() error { return unix.Renameat2(l.fd[d], name, l.fd[d2], name2, flags) })
}

// file finds the inode of a name, or ends the step.
func (l *likeLinux) named(t *rapid.T) (d int, name string, a fs.Attr) {
	d, name = l.where(t)
	a, err := Lookup(l.v, l.dir[d], name)
	if err != nil {
		t.Skip("no such name")
	}
	return d, name, a
}

func (l *likeLinux) linkOp(t *rapid.T) {
	d, name, a := l.named(t)
	d2, name2 := l.where(t)
	l.asOnPath(t, d, &fs.Link{Ino: a.Ino, Parent: l.dir[d2], Name: name2}, func() error { return unix.Linkat(l.fd[d], name, l.fd[d2], name2, 0) })
}

// path names an entry for calls that take no directory. The way there is open to all.
func (l *likeLinux) path(d int, name string) string {
	return fmt.Sprintf("/proc/self/fd/%d/%s", l.fd[d], name)
}

func (l *likeLinux) chmodOp(t *rapid.T) {
	d, name, a := l.named(t)
	mode := l.mode(t)
	l.asOnPath(t, d, &fs.SetAttr{Ino: a.Ino, Set: fs.SetMode, Mode: mode}, func() error { return unix.Fchmodat(l.fd[d], name, mode, 0) })
}

func (l *likeLinux) chownOp(t *rapid.T) {
	d, name, a := l.named(t)
	op := &fs.SetAttr{Ino: a.Ino}
	uid, gid := -1, -1
	if rapid.Bool().Draw(t, "uid") {
		uid = rapid.IntRange(0, 2).Draw(t, "to")
		op.Set, op.UID = op.Set|fs.SetUID, uint32(uid)
	}
	if op.Set == 0 || rapid.Bool().Draw(t, "gid") {
		gid = rapid.IntRange(10, 13).Draw(t, "togroup")
		op.Set, op.GID = op.Set|fs.SetGID, uint32(gid)
	}
	l.asOnPath(t, d, op, func() error { return unix.Fchownat(l.fd[d], name, uid, gid, 0) })
}

func (l *likeLinux) truncateOp(t *rapid.T) {
	d, name, a := l.named(t)
	size := int64(rapid.IntRange(0, 3).Draw(t, "size"))
	if size == a.Size {
		t.Skip("a truncate to the same size is the client's affair")
	}
	l.asOnPath(t, d, &fs.SetAttr{Ino: a.Ino, Set: fs.SetSize, Size: size}, func() error { return unix.Truncate(l.path(d, name), size) })
}

func (l *likeLinux) utimesOp(t *rapid.T) {
	d, name, a := l.named(t)
	op := &fs.SetAttr{Ino: a.Ino, Set: fs.SetAtime | fs.SetMtime, Atime: 5, Mtime: 6}
	ts := []unix.Timespec{{Nsec: 5}, {Nsec: 6}}
	if rapid.Bool().Draw(t, "now") {
		op.Set, ts = fs.SetAtimeNow|fs.SetMtimeNow, []unix.Timespec{{Nsec: unix.UTIME_NOW}, {Nsec: unix.UTIME_NOW}}
	}
	l.asOnPath(t, d, op, func() error { return unix.UtimesNanoAt(l.fd[d], name, ts, 0) })
}

func (l *likeLinux) aclOp(t *rapid.T) {
	d, name, a := l.named(t)
	perm := func(s string) uint32 { return uint32(rapid.IntRange(0, 7).Draw(t, s)) }
	value := aclBytes([3]uint32{aclUserObj, perm("u"), none}, [3]uint32{aclGroupObj, perm("g"), none}, [3]uint32{aclOther, perm("o"), none})
	if rapid.Bool().Draw(t, "names") {
		value = aclBytes([3]uint32{aclUserObj, perm("u"), none}, [3]uint32{aclUser, perm("u2"), 2}, [3]uint32{aclGroupObj, perm("g"), none},
			[3]uint32{aclGroup, perm("g11"), 11}, [3]uint32{aclMask, perm("m"), none}, [3]uint32{aclOther, perm("o"), none})
	}
	attr := rapid.SampledFrom([]string{aclAccess, aclDefault}).Draw(t, "which")
	op := &fs.SetXattr{Ino: a.Ino, Name: attr, Value: value}
	l.asOnPath(t, d, op, func() error { return unix.Setxattr(l.path(d, name), attr, value, 0) })
}

func (l *likeLinux) xattrOp(t *rapid.T) {
	d, name, a := l.named(t)
	op := &fs.SetXattr{Ino: a.Ino, Name: "user.x", Value: []byte("1"), Flags: rapid.SampledFrom([]fs.XattrFlags{0, fs.XattrCreate, fs.XattrReplace}).Draw(t, "flags")}
	l.asOnPath(t, d, op, func() error { return unix.Setxattr(l.path(d, name), op.Name, op.Value, int(op.Flags)) })
}

// asOnPath is both for calls that look the name up, which the operation does not: only as those who may.
func (l *likeLinux) asOnPath(t *rapid.T, d int, op fs.Op, call func() error) {
	cred, dir := l.user(t), l.attr(l.dir[d])
	if Access(l.v, &dir, &cred, MayExec) != nil {
		t.Skip("the user may not search the directory")
	}
	l.both(t, cred, op, call)
}

// compareAll holds attributes and ACLs to Linux'.
func (l *likeLinux) compareAll(t *rapid.T) {
	for d := range l.fd {
		for _, name := range []string{"a", "b", "c"} {
			var st unix.Stat_t
			err := unix.Fstatat(l.fd[d], name, &st, unix.AT_SYMLINK_NOFOLLOW)
			a, err2 := Lookup(l.v, l.dir[d], name)
			if (err == nil) != (err2 == nil) {
				t.Fatalf("d%d/%s: %v, Linux says %v", d, name, err2, err)
			}
			if err != nil {
				continue
			}
			if a.Mode != st.Mode || a.UID != st.Uid || a.GID != st.Gid || uint64(a.Nlink) != uint64(st.Nlink) || a.IsRegular() && a.Size != st.Size {
				t.Fatalf("d%d/%s: mode %o uid %d gid %d links %d size %d, Linux says %o %d %d %d %d", d, name, a.Mode, a.UID, a.GID, a.Nlink, a.Size, st.Mode, st.Uid, st.Gid, st.Nlink, st.Size)
			}
			for _, x := range []string{aclAccess, aclDefault} {
				buf := make([]byte, 256)
				n, err := unix.Getxattr(l.path(d, name), x, buf)
				got, err2 := GetXattr(l.v, a.Ino, x)
				if (err == nil) != (err2 == nil) || err == nil && string(got) != string(buf[:n]) {
					t.Fatalf("d%d/%s: %s is %x (%v), Linux says %x (%v)", d, name, x, got, err2, buf[:max(n, 0)], err)
				}
			}
		}
	}
}
