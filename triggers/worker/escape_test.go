package worker

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// escapes are what code that has taken over a worker would try. Each returns nil if it succeeded.
var escapes = map[string]func() error{
	"nothing": func() error { return nil }, // proves that the probe runs
	"open a file": func() error {
		f, err := os.Open("/etc/passwd")
		if err == nil {
			f.Close()
		}
		return err
	},
	"list the root": func() error { _, err := os.ReadDir("/"); return err },
	"create a file": func() error { return os.WriteFile("/tmp/escaped", nil, 0o644) },
	"open a device": func() error { _, err := os.OpenFile("/dev/null", os.O_RDWR, 0); return err },
	"connect": func() error {
		_, err := net.DialTimeout("tcp", "127.0.0.1:1", time.Second)
		if err != nil && strings.Contains(err.Error(), "refused") {
			return nil
		}
		return err
	},
	"socket":        func() error { _, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0); return err },
	"unix socket":   func() error { _, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0); return err },
	"start":         func() error { return exec.Command("/bin/true").Run() },
	"exec":          func() error { return syscall.Exec("/bin/true", []string{"true"}, nil) },
	"fork":          func() error { return rawCall(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0) },
	"clone3":        func() error { return rawCall(unix.SYS_CLONE3, 0, 0, 0) },
	"signal parent": func() error { return unix.Kill(os.Getppid(), 0) },
	"signal all":    func() error { return unix.Kill(-1, unix.SIGKILL) },
	"signal init":   func() error { return rawCall(unix.SYS_TGKILL, 1<<20, 1<<20, 0) },
	"ptrace":        func() error { return rawCall(unix.SYS_PTRACE, unix.PTRACE_TRACEME, 0, 0) },
	"read memory":   func() error { return rawCall(unix.SYS_PROCESS_VM_READV, 1, 0, 0) },
	"mount":         func() error { return unix.Mount("x", "/", "tmpfs", 0, "") },
	"unshare":       func() error { return unix.Unshare(unix.CLONE_NEWUSER) },
	"setuid":        func() error { return rawCall(unix.SYS_SETUID, 0, 0, 0) },
	"chroot":        func() error { return unix.Chroot("/") },
	"bpf":           func() error { return rawCall(unix.SYS_BPF, 0, 0, 0) },
	"io_uring":      func() error { return rawCall(unix.SYS_IO_URING_SETUP, 1, 0, 0) },
	"keyring":       func() error { return rawCall(unix.SYS_KEYCTL, 0, 0, 0) },
	"perf":          func() error { return rawCall(unix.SYS_PERF_EVENT_OPEN, 0, 0, 0) },
	"memfd":         func() error { _, err := unix.MemfdCreate("x", 0); return err },
	"userfaultfd":   func() error { return rawCall(unix.SYS_USERFAULTFD, 0, 0, 0) },
	"executable": func() error {
		_, err := unix.Mmap(-1, 0, 4096, unix.PROT_EXEC, unix.MAP_ANON|unix.MAP_PRIVATE)
		return err
	},
	"other's limits": func() error { return unix.Prlimit(1, unix.RLIMIT_CORE, &unix.Rlimit{}, nil) },
	"raise limit":    func() error { return unix.Prlimit(0, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 100, Max: 100}, nil) },
	"dumpable":       func() error { return unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0) },
	"sysinfo":        func() error { var i unix.Sysinfo_t; return unix.Sysinfo(&i) },
}

func rawCall(nr, a, b, c uintptr) error {
	_, _, errno := unix.RawSyscall(nr, a, b, c)
	if errno != 0 {
		return errno
	}
	return nil
}

// tryToEscape is the probe: it runs in a confined worker and says on its standard error how it went.
func tryToEscape(name string) {
	if err := escapes[name](); err != nil {
		fmt.Fprintln(os.Stderr, "denied:", err)
	} else {
		fmt.Fprintln(os.Stderr, "succeeded")
	}
	os.Exit(0)
}

func TestEscape(t *testing.T) {
	s := newSpawner()
	defer close(s.stop)
	names := make([]string, 0, len(escapes))
	for name := range escapes {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		t.Run(name, func(t *testing.T) {
			p, err := s.spawn(i+1, name, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			state := p.wait()
			words := strings.TrimSpace(p.lastWords())
			p.release()
			ws := state.Sys().(syscall.WaitStatus)
			killed := ws.Signaled() && ws.Signal() == syscall.SIGSYS
			switch {
			case name == "nothing":
				if words != "succeeded" {
					t.Fatalf("the probe did not run: %v, %q", state, words)
				}
			case !killed && !strings.HasPrefix(words, "denied:"):
				t.Errorf("%v, %q", state, words)
			default:
				t.Logf("killed %v %q", killed, words)
			}
		})
	}
}

// TestLayers checks that the layers which need no privileges are there, and as root all of them.
func TestLayers(t *testing.T) {
	p := newPool(t)
	layers, err := p.Layers()
	if err != nil {
		t.Fatal(err)
	}
	t.Log(layers)
	want := []string{layerNoNewPrivs, layerSeccomp, layerLimits}
	if os.Geteuid() == 0 {
		want = append(want, layerUID)
	}
	for _, l := range want {
		if !slices.Contains(layers, l) {
			t.Errorf("no %s", l)
		}
	}
}

// TestNoNamespaces checks the floor: what holds a worker where the system permits no namespaces.
func TestNoNamespaces(t *testing.T) {
	s := newSpawner()
	defer close(s.stop)
	p, err := s.spawnWith(0, 1, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.hello(time.Minute); err != nil {
		p.discard()
		t.Fatal(err)
	}
	t.Log(p.layers)
	for _, l := range []string{layerNoNewPrivs, layerSeccomp, layerLimits} {
		if !slices.Contains(p.layers, l) {
			t.Errorf("no %s", l)
		}
	}
	p.discard()
	for _, name := range []string{"open a file", "socket", "fork", "signal all", "unshare"} {
		p, err := s.spawnWith(0, 2, name)
		if err != nil {
			t.Fatal(err)
		}
		state := p.wait()
		words := strings.TrimSpace(p.lastWords())
		p.release()
		if ws := state.Sys().(syscall.WaitStatus); !ws.Signaled() && !strings.HasPrefix(words, "denied:") {
			t.Errorf("%s: %v, %q", name, state, words)
		}
	}
}
