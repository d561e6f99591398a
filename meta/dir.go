package meta

import (
	"errors"
	"fmt"
	iofs "io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/wakefs/wakefs/fs"
)

// A node's directory:
//
//	FORMAT      the version of all this, in decimal
//	LOCK        flocked while a process uses the directory; holds its pid
//	raft.db     term, vote
//	wal/        the raft log
//	state/      the state store
//	snapshots/  raft's snapshots, see snapshot.go
const dirFormat = 1

// dataDir is a locked directory.
type dataDir struct {
	path string
	lock *os.File
}

// openDir makes or opens a directory for this process alone. Errors: KindInvalid (of a newer version),
// KindUnavailable (in use; it says by whom).
func openDir(path string) (*dataDir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fs.E("open metadata", fs.KindOther, path, err)
	}
	lock, err := lockDir(path)
	if err != nil {
		return nil, err
	}
	d := &dataDir{path, lock}
	if err := d.checkFormat(); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

func lockDir(path string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(path, "LOCK"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fs.E("open metadata", fs.KindOther, path, err)
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		holder := make([]byte, 32)
		n, _ := f.ReadAt(holder, 0) // only for the message
		f.Close()
		return nil, fs.Errorf("open metadata", fs.KindUnavailable, path,
			"in use by process %s; stop it first", strings.TrimSpace(string(holder[:n])))
	}
	if err == nil {
		err = f.Truncate(0)
	}
	if err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		f.Close()
		return nil, fs.E("lock metadata", fs.KindOther, path, err)
	}
	return f, nil
}

func (d *dataDir) checkFormat() error {
	name := d.sub("FORMAT")
	b, err := os.ReadFile(name)
	if errors.Is(err, iofs.ErrNotExist) {
		err = writeFileSync(name+".tmp", []byte(strconv.Itoa(dirFormat)+"\n"))
		if err == nil {
			err = os.Rename(name+".tmp", name)
		}
		if err == nil {
			err = syncDir(d.path)
		}
		if err != nil {
			return fs.E("format metadata", fs.KindOther, d.path, err)
		}
		return nil
	}
	if err != nil {
		return fs.E("open metadata", fs.KindOther, d.path, err)
	}
	v, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return fs.E("open metadata", fs.KindCorrupt, name, err)
	}
	if v != dirFormat {
		return fs.Errorf("open metadata", fs.KindInvalid, d.path,
			"has format %d, this version reads %d; use the version of wakefs that wrote it", v, dirFormat)
	}
	return nil
}

func (d *dataDir) sub(name string) string { return filepath.Join(d.path, name) }

// close lets others use the directory.
func (d *dataDir) close() error { return d.lock.Close() }

// settleState completes or undoes a restore that a crash interrupted: state.new is complete only
// once it has been renamed, since state is moved out of its way last.
func (d *dataDir) settleState() error {
	_, err := os.Stat(d.sub("state"))
	if errors.Is(err, iofs.ErrNotExist) {
		err = os.Rename(d.sub("state.new"), d.sub("state"))
		if errors.Is(err, iofs.ErrNotExist) {
			err = nil // a new directory
		}
	}
	if err != nil {
		return err
	}
	for _, rest := range []string{"state.new", "state.old"} {
		if err := os.RemoveAll(d.sub(rest)); err != nil {
			return fmt.Errorf("remove %s: %w", rest, err)
		}
	}
	return nil
}

// swapState puts state.new, which is complete and durable, in state's place. Neither is open.
func (d *dataDir) swapState() error {
	if err := os.Rename(d.sub("state"), d.sub("state.old")); err != nil && !errors.Is(err, iofs.ErrNotExist) {
		return err
	}
	if err := os.Rename(d.sub("state.new"), d.sub("state")); err != nil {
		return err
	}
	if err := syncDir(d.path); err != nil {
		return err
	}
	return os.RemoveAll(d.sub("state.old"))
}
