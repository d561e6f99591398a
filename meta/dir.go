package meta

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
)

// A node's directory:
//
//	FORMAT      the version of all this, in decimal
//	LOCK        locked while a process uses the directory; holds its pid
//	raft.db     term, vote
//	wal/        the raft log
//	state/      the state store
//	snapshots/  raft's snapshots, see snapshot.go
const dirFormat = 1

// dataDir is a locked directory.
type dataDir struct {
	disk disk.FS
	path string // of it, for what opens its files itself
	lock io.Closer
}

// openDir makes or opens a directory for this process alone. Errors: KindInvalid (of a newer version),
// KindUnavailable (in use; it says by whom).
func openDir(path string) (*dataDir, error) {
	real, err := disk.MakeReal(path)
	if err != nil {
		return nil, fs.E("open metadata", fs.KindOf(err), path, err)
	}
	d := &dataDir{disk: real, path: real.Dir()}
	if d.lock, err = real.Lock("LOCK"); err != nil {
		kind := fs.KindOf(err)
		if kind == fs.KindWouldBlock {
			kind = fs.KindUnavailable
		}
		return nil, errors.Join(fs.E("open metadata", kind, path, err), real.Close())
	}
	if err := d.checkFormat(); err != nil {
		return nil, errors.Join(err, d.close())
	}
	return d, nil
}

func (d *dataDir) checkFormat() error {
	b, err := disk.ReadFile(d.disk, "FORMAT", 100)
	if fs.KindOf(err) == fs.KindNotFound {
		err = disk.WriteFile(d.disk, "FORMAT", []byte(strconv.Itoa(dirFormat)+"\n"))
		if err != nil {
			return fs.E("format metadata", fs.KindOf(err), d.path, err)
		}
		return nil
	}
	if err != nil {
		return fs.E("open metadata", fs.KindOf(err), d.path, err)
	}
	v, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return fs.E("open metadata", fs.KindCorrupt, d.sub("FORMAT"), err)
	}
	if v != dirFormat {
		return fs.Errorf("open metadata", fs.KindInvalid, d.path,
			"has format %d, this version reads %d; use the version of wakefs that wrote it", v, dirFormat)
	}
	return nil
}

func (d *dataDir) sub(name string) string { return filepath.Join(d.path, name) }

// close lets others use the directory.
func (d *dataDir) close() error {
	err := d.lock.Close()
	if c, ok := d.disk.(io.Closer); ok {
		err = errors.Join(err, c.Close())
	}
	return err
}

// settleState completes or undoes a restore that a crash interrupted: state.new is complete only
// once it has been renamed, since state is moved out of its way last.
func settleState(d disk.FS) error {
	_, err := d.Stat("state")
	if fs.KindOf(err) == fs.KindNotFound {
		err = d.Rename("state.new", "state")
		if fs.KindOf(err) == fs.KindNotFound {
			err = nil // a new directory
		}
	}
	if err != nil {
		return err
	}
	for _, rest := range []string{"state.new", "state.old"} {
		if err := disk.RemoveAll(d, rest); err != nil {
			return fmt.Errorf("remove %s: %w", rest, err)
		}
	}
	return nil
}

// swapState puts state.new, which is complete and durable, in state's place. Neither is open.
func swapState(d disk.FS) error {
	if err := d.Rename("state", "state.old"); err != nil && fs.KindOf(err) != fs.KindNotFound {
		return err
	}
	if err := d.Rename("state.new", "state"); err != nil {
		return err
	}
	if err := d.SyncDir("."); err != nil {
		return err
	}
	return disk.RemoveAll(d, "state.old")
}
