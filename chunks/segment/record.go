package segment

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/wakefs/wakefs/fs"
)

// The layout of segments; FORMAT.md says it in words.
const (
	formatVersion = 1

	fileMagic   = "wakeSEG\x01"
	recordMagic = 0x31526b77 // "wkR1", little-endian

	headerLen = 64       // of a record, and of a segment file
	align     = 64       // records start at multiples of it
	blockLen  = 16 << 10 // bytes of data per checksum
	crcLen    = 4
	blockStep = blockLen + crcLen
)

// What a record is.
const (
	recordShard = 1
	recordDead  = 2 // deleted, and its body punched
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// header is a record's header.
type header struct {
	kind    uint8
	addr    fs.ShardAddr
	length  uint32 // bytes of data
	owner   fs.Owner
	gen     uint64 // generation of the segment
	written int64  // ns
}

func (h *header) encode(b []byte) {
	_ = b[headerLen-1]
	le := binary.LittleEndian
	le.PutUint32(b[0:], recordMagic)
	b[4] = formatVersion
	b[5] = h.kind
	b[6] = h.addr.Index
	b[7] = 0
	le.PutUint32(b[8:], uint32(h.addr.PG))
	le.PutUint32(b[12:], h.length)
	le.PutUint64(b[16:], uint64(h.addr.Stripe))
	le.PutUint64(b[24:], uint64(h.owner.Ino))
	le.PutUint64(b[32:], uint64(h.owner.Off))
	le.PutUint64(b[40:], h.gen)
	le.PutUint64(b[48:], uint64(h.written))
	le.PutUint32(b[56:], 0)
	le.PutUint32(b[60:], crc32.Checksum(b[:60], castagnoli))
}

// decodeHeader reads a header; false if b does not begin with a whole one.
func decodeHeader(b []byte) (h header, ok bool) {
	le := binary.LittleEndian
	if len(b) < headerLen || le.Uint32(b) != recordMagic || crc32.Checksum(b[:60], castagnoli) != le.Uint32(b[60:]) {
		return header{}, false
	}
	h = header{
		kind:    b[5],
		addr:    fs.ShardAddr{PG: fs.PGID(le.Uint32(b[8:])), Stripe: fs.StripeID(le.Uint64(b[16:])), Index: b[6]},
		length:  le.Uint32(b[12:]),
		owner:   fs.Owner{Ino: fs.Ino(le.Uint64(b[24:])), Off: int64(le.Uint64(b[32:]))},
		gen:     le.Uint64(b[40:]),
		written: int64(le.Uint64(b[48:])),
	}
	return h, b[4] == formatVersion && h.length <= fs.MaxStripe && (h.kind == recordShard || h.kind == recordDead)
}

// blocks is how many blocks n bytes of data have.
func blocks(n uint32) int { return (int(n) + blockLen - 1) / blockLen }

// recordLen is the length of a record of n bytes of data, in the segment.
func recordLen(n uint32) int64 {
	l := headerLen + int64(n) + int64(blocks(n))*crcLen
	return (l + align - 1) &^ (align - 1)
}

// seed starts the checksums of a shard's blocks, so that whole blocks of another
// shard fail in its place. It is part of the format.
func seed(a fs.ShardAddr) uint32 {
	x := uint64(a.Stripe)*0x9e3779b97f4a7c15 ^ (uint64(a.PG)<<8|uint64(a.Index))*0xd6e8feb86659fd93
	x ^= x >> 32
	x *= 0xd6e8feb86659fd93
	return uint32(x >> 32)
}

// blockSum is the checksum of block i. The block's number is mixed in, so that blocks
// of one shard fail in each other's places.
func blockSum(seed uint32, i int, data []byte) uint32 {
	return crc32.Update(seed^uint32(i), castagnoli, data)
}

// fileHeader begins a segment file.
type fileHeader struct {
	id      uint32
	gen     uint64 // random; records that carry another are remains of an earlier use
	server  [16]byte
	created int64 // ns
}

func (h *fileHeader) encode() []byte {
	b := make([]byte, headerLen)
	le := binary.LittleEndian
	copy(b, fileMagic)
	le.PutUint32(b[8:], formatVersion)
	le.PutUint32(b[12:], h.id)
	le.PutUint64(b[16:], h.gen)
	copy(b[24:40], h.server[:])
	le.PutUint64(b[40:], uint64(h.created))
	le.PutUint32(b[60:], crc32.Checksum(b[:60], castagnoli))
	return b
}

func decodeFileHeader(b []byte) (h fileHeader, ok bool) {
	le := binary.LittleEndian
	if len(b) < headerLen || string(b[:8]) != fileMagic || crc32.Checksum(b[:60], castagnoli) != le.Uint32(b[60:]) {
		return fileHeader{}, false
	}
	h = fileHeader{id: le.Uint32(b[12:]), gen: le.Uint64(b[16:]), created: int64(le.Uint64(b[40:]))}
	copy(h.server[:], b[24:40])
	return h, le.Uint32(b[8:]) == formatVersion
}
