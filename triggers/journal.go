package triggers

import (
	"context"
	"fmt"
	"log/slog"
	"path"
	"time"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/client"
)

// LogDir is the folder of the file system that has a folder for each function, with what it did and printed.
const LogDir = Dir + "/.log"

const (
	// LogFile is the newest part of a function's log; 1.log is the one before it.
	LogFile = "latest.log"

	journalEvery = 500 * time.Millisecond // entries are written together
	journalFile  = 1 << 20                // bytes, at which a file is put aside for another
	journalKept  = 3                      // files that were put aside
)

// Journal writes the log of each function into the file system, where its owner reads it with ordinary tools. It is a copy for
// reading: what a crash of the node or a full cluster keeps from it is in the node's own log. Nothing below Dir is an event, so
// no function is woken by its own log.
type Journal struct {
	c    *client.Client // a session of the journal's own
	self fs.Cred        // the node's user, to whom the folders belong
	from *Log
	log  *slog.Logger
}

// NewJournal returns a Journal; Run runs it.
func NewJournal(c *client.Client, self fs.Cred, from *Log, log *slog.Logger) *Journal {
	return &Journal{c: c, self: self, from: from, log: log}
}

// Run writes the entries that are logged from now on, until ctx ends.
func (j *Journal) Run(ctx context.Context) error {
	_, at := j.from.Since(0, func(*Entry) bool { return false })
	for ctx.Err() == nil {
		if j.from.Wait(ctx, at) == nil {
			sleep(ctx, journalEvery)
		}
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		var err error
		if at, err = j.write(last, at); err != nil {
			j.log.Warn("the logs of functions cannot be written into the file system; the node's own log has them", "dir", LogDir, "err", err)
		}
		cancel()
	}
	return nil
}

// write appends the entries from number at on to the files of their functions, and returns the number to go on from.
func (j *Journal) write(ctx context.Context, at uint64) (uint64, error) {
	entries, next := j.from.Since(at, func(*Entry) bool { return true })
	texts := make(map[string][]byte)
	for i := range entries {
		e := &entries[i]
		texts[e.Trigger] = e.AppendText(texts[e.Trigger])
	}
	if len(texts) == 0 {
		return next, nil
	}
	if missed := next - at - uint64(len(entries)); missed > 0 {
		for name, text := range texts {
			texts[name] = append(fmt.Appendf(nil, "… up to %d entries came too fast to be kept here; the node's own log has them\n", missed), text...)
		}
	}
	owners, err := j.owners(ctx)
	if err != nil {
		return next, err
	}
	for name, text := range texts {
		if more := j.append(ctx, name, text, owners[name]); err == nil {
			err = more
		}
	}
	return next, err
}

// owners returns in whose name functions run. A function that is gone is root's.
func (j *Journal) owners(ctx context.Context) (map[string]fs.Cred, error) {
	list, err := j.c.Meta().Triggers(ctx)
	owners := make(map[string]fs.Cred, len(list))
	for i := range list {
		owners[list[i].Name] = list[i].Owner
	}
	return owners, err
}

// append adds to a function's newest file. A larger text than a file is cut.
func (j *Journal) append(ctx context.Context, name string, text []byte, owner fs.Cred) error {
	dir, err := j.c.Resolve(ctx, Dir, true)
	for _, sub := range []string{path.Base(LogDir), name} {
		if err == nil {
			dir, err = j.folder(ctx, dir.Ino, sub)
		}
	}
	if err != nil {
		return err
	}
	a, err := j.c.Lookup(ctx, dir.Ino, LogFile)
	if err == nil && !a.IsRegular() {
		err = fs.Errorf("log", fs.KindExists, path.Join(LogDir, name, LogFile), "it is no file: remove it, and the log of the function can be written")
	}
	if err == nil && a.Size+int64(len(text)) > journalFile {
		if err = j.rotate(ctx, dir.Ino); err == nil {
			err = fs.KindNotFound
		}
	}
	var h *client.Handle
	switch {
	case err == nil:
		h, a, err = j.c.Open(ctx, &owner, a.Ino, client.Write)
	case fs.KindOf(err) == fs.KindNotFound:
		h, a, err = j.c.Create(ctx, &owner, dir.Ino, LogFile, fs.ModeRegular|0o640, 0, client.Write)
	}
	if err != nil {
		return err
	}
	err = h.WriteAt(ctx, text[max(0, len(text)-journalFile):], a.Size, false)
	if err == nil {
		err = h.Flush(ctx)
	}
	if closed := h.Release(ctx); err == nil {
		err = closed
	}
	return err
}

// folder returns a folder of the node's, which it makes. What others have put there is not gone through: it could lead anywhere.
func (j *Journal) folder(ctx context.Context, dir fs.Ino, name string) (fs.Attr, error) {
	a, err := j.c.Lookup(ctx, dir, name)
	if fs.KindOf(err) == fs.KindNotFound {
		return j.c.Make(ctx, &j.self, &fs.Create{Parent: dir, Name: name, Mode: fs.ModeDir | 0o755})
	}
	if err == nil && (!a.IsDir() || a.UID != j.self.UID) {
		err = fs.Errorf("log", fs.KindExists, name, "it is no folder of this node's user: move it away, and the logs of functions can be written")
	}
	return a, err
}

// rotate puts the newest file aside; the oldest is overwritten.
func (j *Journal) rotate(ctx context.Context, dir fs.Ino) error {
	for i := journalKept; i > 0; i-- {
		from := LogFile
		if i > 1 {
			from = fmt.Sprintf("%d.log", i-1)
		}
		_, err := j.c.Rename(ctx, &j.self, &fs.Rename{Parent: dir, Name: from, NewParent: dir, NewName: fmt.Sprintf("%d.log", i)})
		if err != nil && fs.KindOf(err) != fs.KindNotFound {
			return err
		}
	}
	return nil
}
