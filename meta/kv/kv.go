// Package kv is the ordered key–value view that the metadata state machine runs on.
//
// Start with Reader and View. There are three views: Mem (in memory), Overlay (changes
// over any Reader, to be flushed or forgotten) and Batch (an Overlay over a Pebble
// database, to be committed). They behave as one model; a test holds them to it.
//
// Keys order by their bytes. Keys and values are copied when they are set, so the caller
// may reuse its buffers. A nil value and an empty one are the same.
//
// Concurrency: Pebble and Snapshot may be used by many goroutines at once; a Mem, Overlay or Batch
// by one at a time, except that a Mem that nobody writes may be read by many.
package kv

import (
	"errors"
	"fmt"
)

// ErrIO is in the chain of every error that comes from storage. After one the caller
// cannot know what is stored and must stop using the view.
var ErrIO = errors.New("metadata storage failed")

func ioError(doing string, err error) error {
	return fmt.Errorf("%w: %s: %w", ErrIO, doing, err)
}

// Reader reads. All errors have ErrIO in their chain.
type Reader interface {
	// Get returns the value of key, and whether there is one. The value is valid until the
	// next write through this view (of a Pebble or Snapshot: for good) and must not be changed.
	Get(key []byte) (val []byte, ok bool, err error)

	// Scan calls fn for the keys in [lo, hi) in order, or in reverse order, until fn returns
	// false. A nil lo is the beginning, a nil hi the end. What fn gets is valid only inside fn; fn must
	// not write to the view.
	Scan(lo, hi []byte, reverse bool, fn func(k, v []byte) (more bool)) error
}

// View reads and writes; reads see the view's own writes.
type View interface {
	Reader
	Set(key, val []byte)
	// Delete removes a key. One that is not there is no error.
	Delete(key []byte)
}

// PrefixEnd is the first key behind all keys that begin with prefix: the hi of a Scan of them.
// It is nil, the end, if there is none. It allocates.
func PrefixEnd(prefix []byte) []byte {
	for i := len(prefix) - 1; i >= 0; i-- {
		if prefix[i] != 0xff {
			end := append([]byte(nil), prefix[:i+1]...)
			end[i]++
			return end
		}
	}
	return nil
}
