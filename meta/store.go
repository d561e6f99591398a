package meta

import (
	"encoding/binary"
	"fmt"

	"github.com/wakefs/wakefs/meta/kv"
	"github.com/wakefs/wakefs/meta/state"
)

// store keeps the applied state: a Pebble database, or memory.
//
// Reads may run concurrently; begin and commit are for the applying goroutine.
type store interface {
	kv.Reader
	// begin returns a view of changes over the store, empty. There is one at a time.
	begin() *kv.Overlay
	// concurrent tells whether reads may go on during a commit; what it writes they see then whole or not.
	concurrent() bool
	// commit writes the changes of what begin returned, all at once, and empties it.
	commit() error
	close() error
}

type pebbleStore struct {
	*kv.Pebble
	b *kv.Batch
}

func openPebbleStore(dir string, o *Options) (*pebbleStore, error) {
	p, err := kv.OpenPebble(dir, kv.Options{
		BlockCache: o.BlockCache,
		Values:     o.Cache,
		OnError:    func(err error) { o.Logger.Error("metadata store", "err", err) },
	})
	if err != nil {
		return nil, err
	}
	return &pebbleStore{p, p.NewBatch()}, nil
}

func (s *pebbleStore) begin() *kv.Overlay {
	s.b.Reset()
	return &s.b.Overlay
}

func (s *pebbleStore) commit() error    { return s.Commit(s.b) }
func (s *pebbleStore) concurrent() bool { return true }

func (s *pebbleStore) close() error { return s.Close() }

type memStore struct {
	*kv.Mem
	b *kv.Overlay
}

func newMemStore() *memStore {
	m := kv.NewMem()
	return &memStore{m, kv.NewOverlay(m)}
}

func (s *memStore) begin() *kv.Overlay {
	s.b.Reset()
	return s.b
}

func (s *memStore) commit() error {
	s.b.Flush(s.Mem)
	s.b.Reset()
	return nil
}

func (s *memStore) concurrent() bool { return false }

func (s *memStore) close() error { return nil }

// storedIndex is the raft index of the last entry that is in the store.
func storedIndex(r kv.Reader) (uint64, error) {
	v, ok, err := r.Get(state.AppliedKey)
	if err != nil || !ok {
		return 0, err
	}
	if len(v) != 8 {
		return 0, fmt.Errorf("applied index has %d bytes", len(v))
	}
	return binary.BigEndian.Uint64(v), nil
}

func putIndex(v kv.View, index uint64) {
	v.Set(state.AppliedKey, binary.BigEndian.AppendUint64(nil, index))
}
