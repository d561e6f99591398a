package meta

import (
	"encoding/binary"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/meta/kv"
)

// What this package knows of the state machine's keys (meta/state/keys.go); a test holds it to that.
const (
	tagCounters = 'c'
	tagStats    = 'u'
	tagDone     = 'w' // session, … → sequence, …
)

// incidental tells whether a key is one that nearly every Tx writes beside what it is about: the
// counters. Nobody relies on them, so nobody waits for them.
func incidental(key []byte) bool {
	return len(key) > 0 && (key[0] == tagCounters || key[0] == tagStats)
}

// lastSeq is the greatest sequence number of a session that was applied.
func lastSeq(r kv.Reader, id fs.SessionID) (fs.Seq, error) {
	lo := binary.BigEndian.AppendUint64([]byte{tagDone}, uint64(id))
	last := fs.Seq(0)
	err := r.Scan(lo, kv.PrefixEnd(lo), false, func(_, v []byte) bool {
		d := fs.Decoder{B: v}
		last = max(last, fs.Seq(d.Uint()))
		return true
	})
	return last, err
}
