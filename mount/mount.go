// Package mount serves a wakefs file system to the kernel through FUSE.
//
// It is thin: it translates requests into calls of fs/client and keeps no state of
// its own but what the kernel holds on to: handles, locks by handle, and what it was last told of an
// inode. The node ID of the kernel is the inode number.
//
// Handles that may write get FOPEN_DIRECT_IO, their bytes go straight into the client's
// buffer; handles that only read use the page cache, which is kept from open to open while the
// content is the same. What other sessions change is invalidated by a goroutine of its own,
// never by a request's handler: an invalidation waits for the kernel's locks, which requests hold.
//
// Lock order: none of the package's mutexes is held during a call of the client or the kernel.
package mount

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	gofuse "github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/client"
)

// Options configure a mount. Client and Dir are required.
type Options struct {
	Client *client.Client
	Dir    string // the mount point: an empty directory
	Log    *slog.Logger

	// AllowOther lets other users than the mounting one in. Default: when mounted by root.
	AllowOther bool
	// AttrTimeout is how long the kernel may go on believing attributes and names.
	// Default 1 s. Changes by others are told to it at once besides.
	AttrTimeout time.Duration
	Debug       bool
	// Observe, if set, is told of each request that a program waited for, and how long it took. It is called by many
	// goroutines at once and is not to block.
	Observe func(op string, took time.Duration)
}

// maxWrite is the most bytes of one read or write request.
const maxWrite = 1 << 20

// readAheadKB is how far the kernel reads ahead, KiB.
const readAheadKB = 8 << 10

// Mount is a mounted file system.
type Mount struct {
	gofuse.RawFileSystem
	o      Options
	c      *client.Client
	log    *slog.Logger
	server *gofuse.Server

	handles handles
	told    told
	locks   lockTable
	changes changeQueue

	closing sync.Once
	done    chan struct{} // closed when the kernel has let go
}

// New mounts the file system and returns when it answers. Errors say what is wrong
// with the mount point or with FUSE and what to do.
func New(o Options) (*Mount, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.AttrTimeout == 0 {
		o.AttrTimeout = time.Second
	}
	if err := check(o.Dir); err != nil {
		return nil, err
	}
	root := os.Geteuid() == 0
	m := &Mount{
		RawFileSystem: gofuse.NewDefaultRawFileSystem(),
		o:             o, c: o.Client, log: o.Log,
		done: make(chan struct{}),
	}
	m.handles.init()
	m.changes.init()
	var served gofuse.RawFileSystem = m
	if o.Observe != nil {
		served = metered{m, o.Observe}
	}
	server, err := gofuse.NewServer(served, o.Dir, &gofuse.MountOptions{
		AllowOther:           o.AllowOther || root,
		Options:              []string{"default_permissions"},
		FsName:               "wakefs",
		Name:                 "wakefs",
		MaxWrite:             maxWrite,
		MaxReadAhead:         readAheadKB << 10,
		MaxBackground:        64,
		EnableLocks:          true,
		EnableAcl:            true,
		EnableSymlinkCaching: true,
		DirectMount:          root,
		DisableSplice:        true, // a pipe holds no whole request, and our data is in memory anyway
		Debug:                o.Debug,
		ExtraCapabilities: gofuse.CAP_ATOMIC_O_TRUNC | gofuse.CAP_DONT_MASK | gofuse.CAP_ASYNC_DIO |
			gofuse.CAP_HANDLE_KILLPRIV_V2 | gofuse.CAP_DIRECT_IO_ALLOW_MMAP | gofuse.CAP_HAS_RESEND | gofuse.CAP_EXPORT_SUPPORT,
	})
	if err != nil {
		return nil, fs.Errorf("mount", fs.KindOther, o.Dir, "%w; is FUSE there (modprobe fuse), and may this user mount (package fuse3)?", err)
	}
	m.server = server
	go func() {
		server.Serve()
		close(m.done)
	}()
	if err := server.WaitMount(); err != nil {
		_ = server.Unmount()
		return nil, fs.Errorf("mount", fs.KindOther, o.Dir, "the kernel does not answer: %w", err)
	}
	if err := raiseReadAhead(o.Dir); err != nil {
		m.log.Debug("read-ahead stays at the kernel's default", "err", err)
	}
	go m.invalidator()
	return m, nil
}

// Done is closed when the file system is no longer mounted, whoever unmounted it.
func (m *Mount) Done() <-chan struct{} { return m.done }

// Close unmounts. A mount that is busy is detached: it disappears from the tree at once and is
// served until its last user lets go, or until ctx ends, which is told to the log.
func (m *Mount) Close(ctx context.Context) error {
	var err error
	m.closing.Do(func() {
		err = m.unmount(ctx)
		m.changes.close()
	})
	return err
}

func (m *Mount) unmount(ctx context.Context) error {
	select {
	case <-m.done: // somebody else unmounted it
		return nil
	default:
	}
	err := unix.Unmount(m.o.Dir, 0)
	if errors.Is(err, unix.EPERM) { // not root: fusermount does it
		err = m.server.Unmount()
	}
	if err != nil {
		m.log.Warn("files are open in the mount: it is detached", "dir", m.o.Dir)
		if err := unix.Unmount(m.o.Dir, unix.MNT_DETACH); err != nil {
			return fs.Errorf("unmount", fs.KindOther, m.o.Dir, "%w; try `fusermount3 -uz %s`", err, m.o.Dir)
		}
	}
	select {
	case <-m.done:
	case <-ctx.Done():
		m.log.Warn("files that are still open in the mount will get errors", "dir", m.o.Dir)
	}
	return nil
}

// check tells early, and in words, what is wrong with a mount point.
func check(dir string) error {
	refuse := func(format string, args ...any) error {
		return fs.Errorf("mount", fs.KindInvalid, dir, format, args...)
	}
	if _, err := os.Stat("/dev/fuse"); err != nil {
		return refuse("there is no /dev/fuse: load the kernel module (modprobe fuse), or give the container the device")
	}
	st, err := os.Stat(dir)
	switch {
	case errors.Is(err, unix.ENOTCONN):
		return refuse("a dead mount is there (its node was killed): `umount -l %s` and try again", dir)
	case errors.Is(err, os.ErrNotExist):
		return refuse("the mount point does not exist: mkdir -p %s", dir)
	case err != nil:
		return refuse("%w", err)
	case !st.IsDir():
		return refuse("the mount point is not a directory")
	}
	if mounted, err := isMountPoint(dir); err != nil {
		return refuse("%w", err)
	} else if mounted {
		return refuse("something is mounted there already: `umount %s` first, or choose another directory", dir)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return refuse("%w", err)
	}
	if len(entries) > 0 {
		return refuse("the mount point is not empty (it has %q): its files would be hidden; choose an empty directory", entries[0].Name())
	}
	return nil
}

func isMountPoint(dir string) (bool, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return false, err
	}
	var st, up unix.Stat_t
	if err := unix.Stat(abs, &st); err != nil {
		return false, err
	}
	if err := unix.Stat(filepath.Dir(abs), &up); err != nil {
		return false, err
	}
	return st.Dev != up.Dev, nil
}

// detachFor is how long Detach waits for a mount to be found dead: the kernel takes a moment
// to notice that a killed server's last process is gone.
const detachFor = 2 * time.Second

// Detach clears a dead mount of ours from dir: what a killed node leaves behind. It does nothing
// to anything else, such as one that is alive.
func Detach(dir string) error {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	for deadline := time.Now().Add(detachFor); ; time.Sleep(20 * time.Millisecond) {
		ours, err := isOurs(abs)
		if err != nil || !ours {
			return err
		}
		var st unix.Statfs_t // always asks the server: attributes may come from the kernel's cache
		err = unix.Statfs(abs, &st)
		if err == nil && time.Now().Before(deadline) {
			continue
		}
		if !errors.Is(err, unix.ENOTCONN) && !errors.Is(err, unix.ECONNABORTED) {
			return nil
		}
		if err := unix.Unmount(abs, unix.MNT_DETACH); err != nil {
			return fs.Errorf("mount", fs.KindOther, dir, "a dead mount is there and cannot be detached: %w; try `fusermount3 -uz %s`", err, dir)
		}
	}
}

// isOurs tells whether a wakefs, alive or dead, is mounted at a path.
func isOurs(abs string) (bool, error) {
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return false, err
	}
	for line := range strings.Lines(string(table)) {
		f := strings.Fields(line)
		if len(f) > 4 && f[4] == abs && strings.Contains(line, " fuse.wakefs ") {
			return true, nil
		}
	}
	return false, nil
}

// raiseReadAhead sets the read-ahead of the mounted device, which the kernel bounds to
// 128 KiB otherwise.
func raiseReadAhead(dir string) error {
	var st unix.Stat_t
	if err := unix.Stat(dir, &st); err != nil {
		return err
	}
	path := fmt.Sprintf("/sys/class/bdi/%d:%d/read_ahead_kb", unix.Major(st.Dev), unix.Minor(st.Dev))
	return os.WriteFile(path, []byte(strconv.Itoa(readAheadKB)), 0)
}

// String implements gofuse.RawFileSystem.
func (m *Mount) String() string { return "wakefs" }
