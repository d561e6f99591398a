package wal

import (
	"encoding/binary"
	"hash/crc32"
	"time"

	"github.com/hashicorp/raft"
)

// A record is an entry of the log, at a multiple of 8 bytes in its segment, integers little-endian:
//
//	 0  CRC32C of bytes 4 to 48, begun with the segment's number (4 bytes)
//	 4  CRC32C of the data and the extensions, begun likewise (4)
//	 8  length of the data (4)
//	12  length of the extensions (4)
//	16  index (8)
//	24  term (8)
//	32  when it was appended, ns since the epoch (8)
//	40  type of entry (1)
//	41  flags (1): 1: the first record of a write
//	42  zero (6)
//	48  data, extensions, zeros up to a multiple of 8
//
// Behind the last record there are zeros or the file's end. The checksums begin with the segment's number
// because segments are used again: what they held before is no record of theirs now.
const (
	recordHead = 48
	firstFlag  = 1
)

// maxRecord bounds data and extensions, in bytes; a longer length is damage.
const maxRecord = 256 << 20

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// head is a record's header.
type head struct {
	dataCRC          uint32
	dataLen, extLen  uint32
	index, term      uint64
	at               int64
	kind             raft.LogType
	first            bool
	sumBegin, stored uint32
}

// size is the record's length in its segment.
func (h *head) size() int64 { return (recordHead + int64(h.dataLen) + int64(h.extLen) + 7) &^ 7 }

// begin is what the checksums of a segment's records begin with.
func begin(segment uint64) uint32 {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], segment)
	return crc32.Checksum(b[:], castagnoli)
}

// appendRecord encodes an entry.
func appendRecord(b []byte, sumBegin uint32, l *raft.Log, first bool) []byte {
	start := len(b)
	var h [recordHead]byte
	le := binary.LittleEndian
	sum := crc32.Update(sumBegin, castagnoli, l.Data)
	le.PutUint32(h[4:], crc32.Update(sum, castagnoli, l.Extensions))
	le.PutUint32(h[8:], uint32(len(l.Data)))
	le.PutUint32(h[12:], uint32(len(l.Extensions)))
	le.PutUint64(h[16:], l.Index)
	le.PutUint64(h[24:], l.Term)
	if !l.AppendedAt.IsZero() {
		le.PutUint64(h[32:], uint64(l.AppendedAt.UnixNano()))
	}
	h[40] = byte(l.Type)
	if first {
		h[41] = firstFlag
	}
	le.PutUint32(h[0:], crc32.Update(sumBegin, castagnoli, h[4:]))
	b = append(b, h[:]...)
	b = append(b, l.Data...)
	b = append(b, l.Extensions...)
	for (len(b)-start)%8 != 0 {
		b = append(b, 0)
	}
	return b
}

// parseHead reads a header and tells whether it is one.
func parseHead(b []byte, sumBegin uint32) (head, bool) {
	le := binary.LittleEndian
	h := head{
		stored: le.Uint32(b), dataCRC: le.Uint32(b[4:]), dataLen: le.Uint32(b[8:]), extLen: le.Uint32(b[12:]),
		index: le.Uint64(b[16:]), term: le.Uint64(b[24:]), at: int64(le.Uint64(b[32:])),
		kind: raft.LogType(b[40]), first: b[41]&firstFlag != 0, sumBegin: sumBegin,
	}
	if h.index == 0 || h.dataLen > maxRecord || h.extLen > maxRecord {
		return h, false
	}
	return h, crc32.Update(sumBegin, castagnoli, b[4:recordHead]) == h.stored
}

// whole tells whether body, the data and extensions, is what was written.
func (h *head) whole(body []byte) bool {
	return crc32.Update(h.sumBegin, castagnoli, body) == h.dataCRC
}

// fill makes the entry. It keeps body.
func (h *head) fill(body []byte, l *raft.Log) {
	*l = raft.Log{Index: h.index, Term: h.term, Type: h.kind}
	if h.dataLen > 0 {
		l.Data = body[:h.dataLen:h.dataLen]
	}
	if h.extLen > 0 {
		l.Extensions = body[h.dataLen:]
	}
	if h.at != 0 {
		l.AppendedAt = time.Unix(0, h.at)
	}
}
