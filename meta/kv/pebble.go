package kv

import (
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// Options configure a Pebble. The zero value is good.
type Options struct {
	// FS is where the database is kept; nil: the operating system's.
	FS vfs.FS
	// BlockCache is the bytes of table blocks kept in memory; 0: 64 MiB.
	BlockCache int64
	// Values is the bytes of single values kept in memory before that; 0: 16 MiB, negative: none.
	Values int64
	// MemTable is the bytes of changes that are collected in memory before they are
	// written to disk as a table; 0: 8 MiB. Up to three of them may be in memory.
	MemTable int64
	// OnError is told of errors in the background, as a full disk while flushing. Pebble
	// tries those again by itself. Nil: nobody is.
	OnError func(error)
}

// Pebble is an ordered store on disk. Its own log is off: what Commit wrote survives a crash only
// once it is flushed, and what survives is a prefix of the commits, each whole. The raft log
// before it is what makes commits durable.
//
// As a Reader it shows the newest commit at each call; for several reads of one moment take a Snapshot.
type Pebble struct {
	db     *pebble.DB
	values *cache // nil: none
}

// OpenPebble opens or makes the database in dir. Errors have ErrIO in their chain, also
// when another process has it open.
func OpenPebble(dir string, o Options) (*Pebble, error) {
	cache := pebble.NewCache(pick(o.BlockCache, 64<<20))
	defer cache.Unref()
	po := &pebble.Options{
		FS:                          o.FS,
		Cache:                       cache,
		DisableWAL:                  true,
		FormatMajorVersion:          pebble.FormatValueSeparation,
		MemTableSize:                uint64(pick(o.MemTable, 8<<20)),
		MemTableStopWritesThreshold: 3,
		L0CompactionThreshold:       2,
		L0StopWritesThreshold:       32,
		MaxOpenFiles:                512,
		CompactionConcurrencyRange:  func() (int, int) { return 1, 2 },
		Logger:                      &logger{onError: o.OnError},
	}
	for i := range po.Levels {
		po.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
		po.Levels[i].BlockSize = 8 << 10
	}
	db, err := pebble.Open(dir, po)
	if err != nil {
		return nil, ioError("open "+dir, err)
	}
	p := &Pebble{db: db}
	if size := pick(o.Values, 16<<20); size > 0 {
		p.values = newCache(size)
	}
	return p, nil
}

func pick(v, def int64) int64 {
	if v == 0 {
		return def
	}
	return v
}

// Get implements Reader. The value stays valid for good.
func (p *Pebble) Get(key []byte) ([]byte, bool, error) {
	if p.values == nil {
		return get(p.db, key)
	}
	shard := p.values.shard(key)
	v, known, changes := shard.get(key)
	if known {
		return v.val, v.present, nil
	}
	val, ok, err := get(p.db, key)
	if err == nil {
		shard.fill(key, cached{val, ok}, changes)
	}
	return val, ok, err
}

// Scan implements Reader.
func (p *Pebble) Scan(lo, hi []byte, reverse bool, fn func(k, v []byte) bool) error {
	return scan(p.db, lo, hi, reverse, fn)
}

func get(r pebble.Reader, key []byte) ([]byte, bool, error) {
	v, closer, err := r.Get(key)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, ioError("get", err)
	}
	v = append([]byte(nil), v...)
	if err := closer.Close(); err != nil {
		return nil, false, ioError("get", err)
	}
	return v, true, nil
}

func scan(r pebble.Reader, lo, hi []byte, reverse bool, fn func(k, v []byte) bool) (err error) {
	it, err := r.NewIter(&pebble.IterOptions{LowerBound: lo, UpperBound: hi})
	if err != nil {
		return ioError("scan", err)
	}
	defer func() {
		if e := it.Close(); e != nil && err == nil {
			err = ioError("scan", e)
		}
	}()
	step, ok := it.Next, false
	if reverse {
		step, ok = it.Prev, it.Last()
	} else {
		ok = it.First()
	}
	for ; ok; ok = step() {
		v, err := it.ValueAndErr()
		if err != nil {
			return ioError("scan", err)
		}
		if !fn(it.Key(), v) {
			return nil
		}
	}
	if err := it.Error(); err != nil {
		return ioError("scan", err)
	}
	return nil
}

// Batch is a View of uncommitted changes over a database.
type Batch struct {
	Overlay
	p *Pebble
}

// NewBatch returns a Batch without changes.
func (p *Pebble) NewBatch() *Batch { return &Batch{Overlay: Overlay{base: p}, p: p} }

// Commit applies the batch, all at once for every reader, and resets it for its next use. It is durable
// after the next Flush. On an error nothing is known.
func (p *Pebble) Commit(b *Batch) error {
	if b.p != p {
		return ioError("commit", errors.New("the batch is of another database"))
	}
	if b.Len() == 0 {
		return nil
	}
	pb := p.db.NewBatchWithSize(b.arena.used + 16*b.Len() + 64)
	var err error
	b.Changes(func(k, v []byte, deleted bool) bool {
		if deleted {
			err = pb.Delete(k, nil)
		} else {
			err = pb.Set(k, v, nil)
		}
		return err == nil
	})
	if err == nil {
		err = p.db.Apply(pb, pebble.NoSync)
	}
	if e := pb.Close(); err == nil {
		err = e
	}
	if err != nil {
		return ioError("commit", err)
	}
	if p.values != nil {
		b.Changes(func(k, v []byte, deleted bool) bool {
			p.values.shard(k).commit(k, cached{v, !deleted})
			return true
		})
	}
	b.Reset()
	return nil
}

// Flush makes everything committed so far durable.
func (p *Pebble) Flush() error {
	if err := p.db.Flush(); err != nil {
		return ioError("flush", err)
	}
	return nil
}

// Checkpoint flushes and makes a copy of the database in dir, which must not exist. Where the file
// system can, it consists of hard links and takes milliseconds. It opens as a database of its own.
func (p *Pebble) Checkpoint(dir string) error {
	if err := p.Flush(); err != nil {
		return err
	}
	if err := p.db.Checkpoint(dir); err != nil {
		return ioError("checkpoint in "+dir, err)
	}
	return nil
}

// Close flushes and closes the database. All snapshots must be closed before, and nothing of it may be used after.
func (p *Pebble) Close() error {
	err := p.Flush()
	if e := p.db.Close(); e != nil && err == nil {
		err = ioError("close", e)
	}
	return err
}

// Snapshot is the database as it was at one moment. It must be closed, for it keeps
// what is overwritten from being dropped.
type Snapshot struct{ s *pebble.Snapshot }

// Snapshot returns the database as it is now.
func (p *Pebble) Snapshot() *Snapshot { return &Snapshot{p.db.NewSnapshot()} }

// Get implements Reader. The value is the caller's.
func (s *Snapshot) Get(key []byte) ([]byte, bool, error) { return get(s.s, key) }

// Scan implements Reader.
func (s *Snapshot) Scan(lo, hi []byte, reverse bool, fn func(k, v []byte) bool) error {
	return scan(s.s, lo, hi, reverse, fn)
}

// Close gives the snapshot up.
func (s *Snapshot) Close() error {
	if err := s.s.Close(); err != nil {
		return ioError("close a snapshot", err)
	}
	return nil
}

// Metrics are the numbers of a database that an operator wants.
type Metrics struct {
	DiskBytes     uint64 // of all its files
	CacheBytes    int64  // of the block cache in use
	MemTableBytes uint64
	CacheHits     int64
	CacheMisses   int64
	Flushes       int64
	Compactions   int64
	ReadAmp       int    // tables that a read may have to look into
	FlushedBytes  uint64 // written by flushes
	MovedBytes    uint64 // written by compactions
}

// Metrics returns the numbers as they are now.
func (p *Pebble) Metrics() Metrics {
	m := p.db.Metrics()
	t := m.Total()
	return Metrics{
		DiskBytes: m.DiskSpaceUsage(), CacheBytes: m.BlockCache.Size, MemTableBytes: m.MemTable.Size,
		CacheHits: m.BlockCache.Hits, CacheMisses: m.BlockCache.Misses,
		Flushes: m.Flush.Count, Compactions: m.Compact.Count, ReadAmp: m.ReadAmp(),
		FlushedBytes: t.TableBytesFlushed, MovedBytes: t.TableBytesCompacted,
	}
}

// logger drops Pebble's chatter and passes its errors on.
type logger struct{ onError func(error) }

func (l *logger) Infof(string, ...any) {}

func (l *logger) Errorf(format string, args ...any) {
	if l.onError != nil {
		l.onError(ioError("background work", fmt.Errorf(format, args...)))
	}
}

// Fatalf must not return: Pebble calls it when going on would damage the database.
func (l *logger) Fatalf(format string, args ...any) {
	panic(ioError("the database cannot go on", fmt.Errorf(format, args...)))
}
