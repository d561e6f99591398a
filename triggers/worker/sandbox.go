package worker

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The layers of the sandbox, as they are reported. All that can be had are used.
const (
	layerNoNewPrivs = "no_new_privs"
	layerLandlock   = "landlock"
	layerRoot       = "empty root"
	layerUID        = "own uid"
	layerCaps       = "no capabilities"
	layerLimits     = "rlimits"
	layerSeccomp    = "seccomp"
	layerUserNS     = "user namespace"
	layerNetNS      = "network namespace"
	layerPIDNS      = "pid namespace"
	layerMountNS    = "mount namespace"
	layerIPCNS      = "ipc namespace"
)

// runtimeMemory is the address space that the Go runtime of a worker claims beyond what a script uses, in bytes: an
// arena is 64 MiB, and a new one is claimed before the old is full.
const runtimeMemory = 64 << 20

// confine gives up everything that a worker does not need, from the least to the most restrictive, and returns the
// layers that are now active. seccomp and no_new_privs must be among them. It runs before any script is seen.
func confine(env sandboxEnv) ([]string, error) {
	var layers []string
	use := func(name string, err error) error {
		if err == nil {
			layers = append(layers, name)
		}
		return err
	}
	use(layerRoot, emptyRoot(env)) // Landlock would forbid to mount
	use(layerLandlock, landlock()) // sets no_new_privs on all threads, if it can
	use(layerUID, ownUID(env))
	use(layerCaps, dropCaps())
	if err := use(layerLimits, limits(env)); err != nil {
		return nil, fmt.Errorf("rlimits: %w", err)
	}
	// A change of credentials has cleared it.
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return nil, fmt.Errorf("parent death signal: %w", err)
	}
	// seccomp's TSYNC carries this to all threads.
	if err := use(layerNoNewPrivs, unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)); err != nil {
		return nil, fmt.Errorf("no_new_privs: %w", err)
	}
	// Not dumpable: neither core files nor ptrace.
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return nil, fmt.Errorf("not dumpable: %w", err)
	}
	if err := use(layerSeccomp, installSeccomp()); err != nil {
		return nil, fmt.Errorf("seccomp: %w", err)
	}
	return layers, nil
}

// sandboxEnv is what the node tells a worker about its surroundings, in environment variables.
type sandboxEnv struct {
	uid     int  // to become, or 0
	mountNS bool // the mount namespace is our own
}

// errNoAllThreads: the binary uses cgo, in which Go cannot make a system call on all threads.
var errNoAllThreads = errors.New("this binary uses cgo")

// allThreads makes a system call on every thread of the process. Arguments may be pointers.
//
//go:uintptrescapes
func allThreads(nr, a, b, c, d uintptr) (err error) {
	defer func() {
		if recover() != nil {
			err = errNoAllThreads
		}
	}()
	_, _, errno := syscall.AllThreadsSyscall6(nr, a, b, c, d, 0, 0)
	switch errno {
	case 0:
		return nil
	case syscall.ENOTSUP:
		return errNoAllThreads
	}
	return errno
}

// landlock forbids all that the kernel's Landlock knows about, with no exception.
func landlock() error {
	abi, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return errno
	}
	// Each version of Landlock knows more access rights; a ruleset that names an unknown one is refused.
	attr := unix.LandlockRulesetAttr{Handled_access_fs: unix.LANDLOCK_ACCESS_FS_REFER - 1}
	if abi >= 2 {
		attr.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_REFER
	}
	if abi >= 3 {
		attr.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_TRUNCATE
	}
	if abi >= 4 {
		attr.Handled_access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
	}
	if abi >= 5 {
		attr.Handled_access_fs |= unix.LANDLOCK_ACCESS_FS_IOCTL_DEV
	}
	if abi >= 6 {
		attr.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
	}
	size := unsafe.Sizeof(attr)
	if abi < 4 {
		size = unsafe.Offsetof(attr.Handled_access_net)
	} else if abi < 6 {
		size = unsafe.Offsetof(attr.Scoped)
	}
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), size, 0)
	if errno != 0 {
		return errno
	}
	defer unix.Close(int(fd))
	if err := allThreads(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0); err != nil {
		return err
	}
	return allThreads(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0, 0)
}

// emptyRoot replaces the root directory by an empty, read-only one. It needs a mount namespace of its own.
func emptyRoot(env sandboxEnv) error {
	if !env.mountNS {
		return errors.New("no mount namespace")
	}
	if err := unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""); err != nil {
		return err
	}
	var err error
	for _, dir := range []string{"/proc", "/tmp", "/dev", "/usr"} {
		const flags = unix.MS_RDONLY | unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC
		if err = unix.Mount("wakefs", dir, "tmpfs", flags, "size=4k,nr_inodes=2,mode=555"); err != nil {
			continue
		}
		if err = unix.Chdir(dir); err != nil {
			return err
		}
		// Both roots on one mount point; the old one is then on top and goes.
		if err = unix.PivotRoot(".", "."); err == nil {
			return unix.Unmount(".", unix.MNT_DETACH)
		}
		// The root of an initial ramdisk cannot be pivoted away.
		return unix.Chroot(".")
	}
	return err
}

func ownUID(env sandboxEnv) error {
	if env.uid == 0 {
		return errors.New("not root")
	}
	var err error
	for _, id := range []int{env.uid, nobody} {
		if err = syscall.Setgroups(nil); err != nil {
			return err
		}
		if err = syscall.Setresgid(id, id, id); err != nil {
			continue
		}
		if err = syscall.Setresuid(id, id, id); err == nil {
			return nil
		}
	}
	return err
}

// nobody is the user for a worker where large user IDs are not mapped.
const nobody = 65534

func dropCaps() error {
	hdr := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	return allThreads(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&hdr)), uintptr(unsafe.Pointer(&none[0])), 0, 0)
}

// maxThreads bounds the threads of a worker: a script's goroutines share one, the runtime has a few.
const maxThreads = 64

func limits(env sandboxEnv) error {
	set := func(what int, v uint64) error { return setLimit(what, v) }
	err := errors.Join(
		set(unix.RLIMIT_CORE, 0),
		set(unix.RLIMIT_FSIZE, 0),
		set(unix.RLIMIT_NOFILE, 16),
		set(unix.RLIMIT_MEMLOCK, 0),
		set(unix.RLIMIT_MSGQUEUE, 0),
	)
	if env.uid != 0 {
		// It counts all processes of a user, so only a user of our own can have it.
		err = errors.Join(err, set(unix.RLIMIT_NPROC, maxThreads))
	}
	return err
}

func setLimit(what int, v uint64) error {
	lim := unix.Rlimit{Cur: v, Max: v}
	return unix.Prlimit(0, what, &lim, nil)
}

// limitMemory bounds what a worker may allocate to what it has and budget bytes more. That is coarse, since address
// space is what is counted; the node watches what is really used. It can be lowered, never raised.
func limitMemory(budget int64, used uint64) error {
	debug.SetMemoryLimit(int64(used) + budget)
	debug.SetMaxStack(int(min(budget, 64<<20)))
	return setLimit(unix.RLIMIT_DATA, used+uint64(budget)+runtimeMemory)
}

// dataSize returns the address space that RLIMIT_DATA counts, in bytes, and the memory in use.
func dataSize() (uint64, error) {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		var kb uint64
		if n, _ := fmt.Sscanf(line, "VmData: %d kB", &kb); n == 1 {
			return kb << 10, nil
		}
	}
	return 0, errors.New("no VmData in /proc/self/status")
}
