package posixtest

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// cred is who a thread acts as.
type cred struct {
	uid, gid uint32
	groups   []uint32 // supplementary
}

// The people of the suite. Nobody on a usual system has these IDs.
var (
	superuser = cred{}
	alice     = cred{uid: 20001, gid: 20001}
	bob       = cred{uid: 20002, gid: 20002}
)

// as runs f as another user, in the directory of the case: f must use relative names, for the user need not be able to
// reach the directory from the root. The umask inside is 022 and its own.
//
// Linux keeps credentials, and after an unshare also the working directory and the umask, per thread. So a thread takes
// them on and dies afterwards; that is cheaper and reads better than a process per question, and the kernel checks the
// same thing.
func (c *env) as(who cred, f func() error) error {
	c.Helper()
	var become, result error
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // and never unlock, so that the thread ends with this goroutine
		if become = who.assume(c.dir); become == nil {
			result = f()
		}
	}()
	<-done
	if become != nil {
		c.Fatalf("becoming user %d: %v", who.uid, become)
	}
	return result
}

// assume changes the calling thread only, hence the raw calls: the wrappers of the syscall package change all threads.
func (who cred) assume(dir string) error {
	if err := unix.Unshare(unix.CLONE_FS); err != nil {
		return fmt.Errorf("unshare: %w", err)
	}
	if err := unix.Chdir(dir); err != nil {
		return fmt.Errorf("chdir: %w", err)
	}
	unix.Umask(0o022)
	if who.uid == 0 {
		return nil
	}
	if _, _, e := unix.RawSyscall(unix.SYS_SETGROUPS, uintptr(len(who.groups)), uintptr(unsafe.Pointer(unsafe.SliceData(who.groups))), 0); e != 0 {
		return fmt.Errorf("setgroups: %w", e)
	}
	if _, _, e := unix.RawSyscall(unix.SYS_SETRESGID, uintptr(who.gid), uintptr(who.gid), uintptr(who.gid)); e != 0 {
		return fmt.Errorf("setresgid: %w", e)
	}
	if _, _, e := unix.RawSyscall(unix.SYS_SETRESUID, uintptr(who.uid), uintptr(who.uid), uintptr(who.uid)); e != 0 {
		return fmt.Errorf("setresuid: %w", e)
	}
	return nil
}

// give makes who the owner of path.
func (c *env) give(path string, who cred) {
	c.Helper()
	c.ok(unix.Lchown(path, int(who.uid), int(who.gid)))
}
