package meta

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/raft"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
)

// snapshotStore implements raft.SnapshotStore. A snapshot of our own is a checkpoint of the state
// store, hard links made in milliseconds; it becomes a stream only when a
// follower needs it. A snapshot that came from the leader is kept as the stream it came as.
//
//	DIR/ID/meta        raft's record of it and the applied index inside, JSON
//	DIR/ID/checkpoint  a directory, or
//	DIR/ID/stream      see stream.go
//
// A directory whose name ends in .tmp was never completed.
type snapshotStore struct {
	disk disk.FS
	dir  string // on it
}

// snapshotRecord is the file meta.
type snapshotRecord struct {
	raft.SnapshotMeta
	// Applied is the applied index that the state inside has: at least Index, for
	// entries that came after it may already be in.
	Applied uint64
}

// keepSnapshots is how many stay: the newest, and one that a follower may be reading.
const keepSnapshots = 2

// maxRecord bounds the file meta, in bytes. Raft's configuration is in it.
const maxRecord = 1 << 20

func newSnapshotStore(d disk.FS, dir string) (*snapshotStore, error) {
	if err := d.MkdirAll(dir); err != nil {
		return nil, err
	}
	entries, err := d.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name, ".tmp") {
			if err := disk.RemoveAll(d, path.Join(dir, e.Name)); err != nil {
				return nil, err
			}
		}
	}
	return &snapshotStore{d, dir}, nil
}

// records returns the snapshots, the newest first.
func (s *snapshotStore) records() ([]snapshotRecord, error) {
	entries, err := s.disk.ReadDir(s.dir)
	if err != nil {
		return nil, err
	}
	var out []snapshotRecord
	for _, e := range entries {
		if strings.HasSuffix(e.Name, ".tmp") {
			continue
		}
		r, err := s.record(e.Name)
		if fs.KindOf(err) == fs.KindNotFound {
			continue // removed meanwhile
		}
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b snapshotRecord) int {
		return strings.Compare(b.ID, a.ID)
	})
	return out, nil
}

func (s *snapshotStore) record(id string) (snapshotRecord, error) {
	var r snapshotRecord
	b, err := disk.ReadFile(s.disk, path.Join(s.dir, id, "meta"), maxRecord)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("snapshot %s: %w", id, err)
	}
	return r, nil
}

// List implements raft.SnapshotStore.
func (s *snapshotStore) List() ([]*raft.SnapshotMeta, error) {
	records, err := s.records()
	if err != nil {
		return nil, err
	}
	out := make([]*raft.SnapshotMeta, len(records))
	for i := range records {
		out[i] = &records[i].SnapshotMeta
	}
	return out, nil
}

// Open implements raft.SnapshotStore.
func (s *snapshotStore) Open(id string) (*raft.SnapshotMeta, io.ReadCloser, error) {
	r, err := s.record(id)
	if err != nil {
		return nil, nil, err
	}
	if f, err := disk.Open(s.disk, path.Join(s.dir, id, "stream")); err == nil {
		return &r.SnapshotMeta, storedStream{io.NewSectionReader(f, 0, r.Size), f}, nil
	} else if fs.KindOf(err) != fs.KindNotFound {
		return nil, nil, err
	}
	dir := path.Join(s.dir, id, "checkpoint")
	files, size, err := streamFiles(s.disk, dir)
	if err != nil {
		return nil, nil, err
	}
	r.Size = size
	pr, pw := io.Pipe()
	go func() { pw.CloseWithError(writeStream(pw, s.disk, dir, files, r.Applied)) }()
	return &r.SnapshotMeta, pr, nil
}

// storedStream reads a stream's file.
type storedStream struct {
	io.Reader
	io.Closer
}

// Create implements raft.SnapshotStore.
func (s *snapshotStore) Create(version raft.SnapshotVersion, index, term uint64, conf raft.Configuration,
	confIndex uint64, _ raft.Transport) (raft.SnapshotSink, error) {
	r := snapshotRecord{SnapshotMeta: raft.SnapshotMeta{
		Version: version, ID: fmt.Sprintf("%020d-%020d", index, term), Index: index, Term: term,
		Configuration: conf, ConfigurationIndex: confIndex,
	}}
	k := &snapshotSink{store: s, r: r, dir: path.Join(s.dir, r.ID+".tmp")}
	if err := disk.RemoveAll(s.disk, k.dir); err != nil {
		return nil, err
	}
	return k, s.disk.MkdirAll(k.dir)
}

// reap removes all but the newest snapshots.
func (s *snapshotStore) reap() error {
	records, err := s.records()
	if err != nil {
		return err
	}
	for _, r := range records[min(keepSnapshots, len(records)):] {
		if err := disk.RemoveAll(s.disk, path.Join(s.dir, r.ID)); err != nil {
			return err
		}
	}
	return nil
}

// snapshotSink implements raft.SnapshotSink, for a checkpoint or for a stream.
type snapshotSink struct {
	store  *snapshotStore
	r      snapshotRecord
	dir    string
	stream disk.File // nil for a checkpoint
	size   int64
	done   bool
}

// ID implements raft.SnapshotSink.
func (k *snapshotSink) ID() string { return k.r.ID }

// checkpoint makes the snapshot of a directory that write makes, which returns its applied index.
func (k *snapshotSink) checkpoint(write func(dir string) (uint64, error)) error {
	dir := path.Join(k.dir, "checkpoint")
	applied, err := write(dir)
	if err != nil {
		return err
	}
	k.r.Applied = applied
	_, k.size, err = streamFiles(k.store.disk, dir)
	return err
}

// Write implements io.Writer: a piece of a stream from the leader.
func (k *snapshotSink) Write(b []byte) (int, error) {
	if k.stream == nil {
		f, err := k.store.disk.OpenFile(path.Join(k.dir, "stream"), disk.ReadWrite|disk.Create|disk.Exclusive)
		if err != nil {
			return 0, err
		}
		k.stream = f
	}
	n, err := k.stream.WriteAt(b, k.size)
	k.size += int64(n)
	return n, err
}

// Close completes the snapshot.
func (k *snapshotSink) Close() error {
	if k.done {
		return nil
	}
	if err := k.finish(); err != nil {
		return errors.Join(err, k.Cancel())
	}
	k.done = true
	return k.store.reap()
}

func (k *snapshotSink) finish() error {
	if k.stream != nil {
		applied, err := streamApplied(io.NewSectionReader(k.stream, 0, k.size))
		if err != nil {
			return err
		}
		k.r.Applied = applied
		if err := errors.Join(k.stream.Sync(), k.stream.Close()); err != nil {
			return err
		}
		k.stream = nil
	}
	k.r.Size = k.size
	b, err := json.Marshal(&k.r)
	if err != nil {
		return err
	}
	d := k.store.disk
	if err := disk.WriteFile(d, path.Join(k.dir, "meta"), b); err != nil {
		return err
	}
	final := path.Join(k.store.dir, k.r.ID)
	if err := disk.RemoveAll(d, final); err != nil { // of the same index and term: the same state
		return err
	}
	if err := d.Rename(k.dir, final); err != nil {
		return err
	}
	return d.SyncDir(k.store.dir)
}

// Cancel implements raft.SnapshotSink.
func (k *snapshotSink) Cancel() error {
	if k.done {
		return nil
	}
	k.done = true
	if k.stream != nil {
		k.stream.Close() // what it holds is thrown away
	}
	return disk.RemoveAll(k.store.disk, k.dir)
}
