package state

import (
	"encoding/binary"

	"github.com/wakefs/wakefs/fs"
)

// A key is a byte that says what it is, then fields: numbers big-endian so that they
// sort, names as they are. There is one database per partition, so partitions are in no key.
const (
	tagCounters   = 'c' // → counters
	tagInode      = 'i' // ino → inode
	tagEntry      = 'd' // directory, name → entry
	tagBack       = 'b' // ino, directory, name → nothing; only for files with more than one name
	tagXattr      = 'x' // ino, name → value
	tagExtent     = 'e' // ino, offset → extent
	tagStripe     = 's' // stripe → stripe
	tagDead       = 'D' // stripe → nothing
	tagMissing    = 'M' // stripe → nothing
	tagOrphan     = 'o' // ino → nothing
	tagSession    = 'S' // session → session
	tagHeld       = 'h' // session, ino → nothing; a file to announce when the session ends
	tagDone       = 'w' // session, seq modulo window → seq, result
	tagServer     = 'v' // server → server
	tagPG         = 'g' // pg → pg
	tagTrigger    = 't' // name → trigger
	tagStats      = 'u' // name → its counters
	tagVersion    = 'r' // name, 0, version → trigger version
	tagSource     = 'R' // name, 0, version → the script
	tagInvocation = 'q' // invocation → invocation that waits
	tagLetter     = 'Q' // invocation → dead letter
	tagLine       = 'l' // trigger, 0, invocation → nothing; of those that wait
	tagLetters    = 'L' // trigger, 0, invocation → nothing; of dead letters
	tagSettling   = 'z' // trigger, 0, ino → the invocation that waits for the file to be quiet
)

// AppliedKey is reserved for the node, which keeps the raft index of the last applied
// entry there. Nothing here reads or writes it.
var AppliedKey = []byte{'a'}

func key1[T ~uint32 | ~uint64](b []byte, tag byte, n T) []byte {
	return binary.BigEndian.AppendUint64(append(b, tag), uint64(n))
}

func keyName(b []byte, tag byte, ino fs.Ino, name string) []byte {
	return append(key1(b, tag, ino), name...)
}

func keyBack(b []byte, ino, dir fs.Ino, name string) []byte {
	b = key1(b, tagBack, ino)
	return append(binary.BigEndian.AppendUint64(b, uint64(dir)), name...)
}

func keyExtent(b []byte, ino fs.Ino, off int64) []byte {
	return binary.BigEndian.AppendUint64(key1(b, tagExtent, ino), uint64(off))
}

func keyHeld(b []byte, s fs.SessionID, ino fs.Ino) []byte {
	return binary.BigEndian.AppendUint64(key1(b, tagHeld, s), uint64(ino))
}

func keyDone(b []byte, s fs.SessionID, q fs.Seq) []byte {
	return binary.BigEndian.AppendUint16(key1(b, tagDone, s), uint16(q%Window))
}

func keyString(b []byte, tag byte, name string) []byte { return append(append(b, tag), name...) }

func keyVersion(b []byte, tag byte, name, version string) []byte {
	return append(append(keyString(b, tag, name), 0), version...)
}

func keySettling(b []byte, trigger string, ino fs.Ino) []byte {
	return binary.BigEndian.AppendUint64(append(keyString(b, tagSettling, trigger), 0), uint64(ino))
}

// ofTrigger is the tag of the index by trigger of waiting invocations, or dead letters.
func ofTrigger(tag byte) byte {
	if tag == tagLetter {
		return tagLetters
	}
	return tagLine
}

// keyOf is the key in the index by trigger of the invocation that has tag.
func keyOf(b []byte, tag byte, trigger string, id fs.InvocationID) []byte {
	return binary.BigEndian.AppendUint64(append(keyString(b, ofTrigger(tag), trigger), 0), uint64(id))
}

// lastID is the invocation at the end of a key that keyOf made.
func lastID(k []byte) fs.InvocationID {
	if len(k) < 8 {
		return 0
	}
	return fs.InvocationID(binary.BigEndian.Uint64(k[len(k)-8:]))
}

// tagEnd is the key behind all that have the tag.
func tagEnd(tag byte) []byte { return []byte{tag + 1} }

// number reads the number behind the tag of a key that key1 made or began.
func number(k []byte) uint64 {
	if len(k) < 9 {
		return 0
	}
	return binary.BigEndian.Uint64(k[1:])
}
