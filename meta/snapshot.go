package meta

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	iofs "io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/raft"
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
	dir string
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

func newSnapshotStore(dir string) (*snapshotStore, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	s := &snapshotStore{dir}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".tmp") {
			if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

// records returns the snapshots, the newest first.
func (s *snapshotStore) records() ([]snapshotRecord, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, err
	}
	var out []snapshotRecord
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".tmp") {
			continue
		}
		r, err := s.record(e.Name())
		if errors.Is(err, iofs.ErrNotExist) {
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
	b, err := os.ReadFile(filepath.Join(s.dir, id, "meta"))
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
	if f, err := os.Open(filepath.Join(s.dir, id, "stream")); err == nil {
		return &r.SnapshotMeta, f, nil
	} else if !errors.Is(err, iofs.ErrNotExist) {
		return nil, nil, err
	}
	dir := filepath.Join(s.dir, id, "checkpoint")
	files, size, err := streamFiles(dir)
	if err != nil {
		return nil, nil, err
	}
	r.Size = size
	pr, pw := io.Pipe()
	go func() { pw.CloseWithError(writeStream(pw, dir, files, r.Applied)) }()
	return &r.SnapshotMeta, pr, nil
}

// Create implements raft.SnapshotStore.
func (s *snapshotStore) Create(version raft.SnapshotVersion, index, term uint64, conf raft.Configuration,
	confIndex uint64, _ raft.Transport) (raft.SnapshotSink, error) {
	r := snapshotRecord{SnapshotMeta: raft.SnapshotMeta{
		Version: version, ID: fmt.Sprintf("%020d-%020d", index, term), Index: index, Term: term,
		Configuration: conf, ConfigurationIndex: confIndex,
	}}
	k := &snapshotSink{store: s, r: r, dir: filepath.Join(s.dir, r.ID+".tmp")}
	if err := os.RemoveAll(k.dir); err != nil {
		return nil, err
	}
	return k, os.Mkdir(k.dir, 0o700)
}

// reap removes all but the newest snapshots.
func (s *snapshotStore) reap() error {
	records, err := s.records()
	if err != nil {
		return err
	}
	for _, r := range records[min(keepSnapshots, len(records)):] {
		if err := os.RemoveAll(filepath.Join(s.dir, r.ID)); err != nil {
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
	stream *os.File // nil for a checkpoint
	size   int64
	done   bool
}

// ID implements raft.SnapshotSink.
func (k *snapshotSink) ID() string { return k.r.ID }

// checkpoint makes the snapshot of a directory that write makes, which returns its applied index.
func (k *snapshotSink) checkpoint(write func(dir string) (uint64, error)) error {
	applied, err := write(filepath.Join(k.dir, "checkpoint"))
	if err != nil {
		return err
	}
	k.r.Applied = applied
	_, k.size, err = streamFiles(filepath.Join(k.dir, "checkpoint"))
	return err
}

// Write implements io.Writer: a piece of a stream from the leader.
func (k *snapshotSink) Write(b []byte) (int, error) {
	if k.stream == nil {
		f, err := os.OpenFile(filepath.Join(k.dir, "stream"), os.O_CREATE|os.O_RDWR|os.O_EXCL, 0o600)
		if err != nil {
			return 0, err
		}
		k.stream = f
	}
	n, err := k.stream.Write(b)
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
	if err := writeFileSync(filepath.Join(k.dir, "meta"), b); err != nil {
		return err
	}
	if err := syncDir(k.dir); err != nil {
		return err
	}
	final := filepath.Join(k.store.dir, k.r.ID)
	if err := os.RemoveAll(final); err != nil { // of the same index and term: the same state
		return err
	}
	if err := os.Rename(k.dir, final); err != nil {
		return err
	}
	return syncDir(k.store.dir)
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
	return os.RemoveAll(k.dir)
}

// writeFileSync writes a small file and returns when it is durable.
func writeFileSync(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

// syncDir makes the names in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
