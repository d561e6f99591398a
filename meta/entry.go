package meta

import (
	"errors"
	"fmt"
	"sync"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
	"github.com/wakefs/wakefs/meta/state"
)

// An entry of the raft log is a batch of Txs, encoded as
//
//	format (1 byte)
//	term of the leader that validated them (varint)
//	number of the entry among those of that leader's term (varint)
//	the Txs, framed (see fs.Tx)
//
// An entry whose term is not that of its log position was validated by a leader on state that is
// not what precedes it: it was queued when the leader lost and regained its office. Every replica skips it.
const entryFormat = 1

// entry is a batch of accepted Txs on its way into the log. All fields but done and err are guarded
// by Node.prop until the entry is in flight, and immutable from then on.
type entry struct {
	number uint64
	data   []byte
	txs    []accepted
	urgent bool // somebody waits for it

	// done is closed when the entry is applied, or lost with err, which is set before.
	done chan struct{}
	err  error
	// durable is closed when nothing can lose the entry any more, or it is lost with durableErr, which is set
	// before. On a lone voter that is when the log has it on disk, before it is applied.
	durable    chan struct{}
	durableErr error
	settled    sync.Once // closes durable
	stored     bool      // the log has it; guarded by Node.prop
}

// accepted is a Tx that was validated on the leader.
type accepted struct {
	gen     gen
	session fs.SessionID
	delta   *kv.Overlay // what it changes
	effects state.Effects
}

func newEntry(term, number uint64) *entry {
	e := &entry{number: number, done: make(chan struct{}), durable: make(chan struct{})}
	e.data = append(e.data, entryFormat)
	e.data = fs.AppendUint(e.data, term)
	e.data = fs.AppendUint(e.data, number)
	return e
}

func (e *entry) lastGen() gen { return e.txs[len(e.txs)-1].gen }

// failed returns what lost the entry, if it is known by now.
func (e *entry) failed() error {
	select {
	case <-e.durable:
		return e.durableErr
	default:
		return nil
	}
}

// finish tells all who wait how it ended.
func (e *entry) finish(err error) {
	e.settle(err)
	e.err = err
	close(e.done)
}

// settle tells those who wait for no more than that the entry is safe, or lost.
func (e *entry) settle(err error) {
	e.settled.Do(func() {
		e.durableErr = err
		close(e.durable)
	})
}

// decodedEntry is an entry as a replica reads it.
type decodedEntry struct {
	term, number uint64
	txs          fs.Decoder // the Txs, not decoded yet
}

func decodeEntry(b []byte) (decodedEntry, error) {
	if len(b) == 0 {
		return decodedEntry{}, errors.New("log entry is empty")
	}
	if b[0] != entryFormat {
		return decodedEntry{}, fmt.Errorf("log entry has format %d, this version reads %d: made by a newer version", b[0], entryFormat)
	}
	d := fs.Decoder{B: b[1:]}
	e := decodedEntry{term: d.Uint(), number: d.Uint()}
	e.txs = d
	return e, d.Err
}
