package wal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
)

// A segment begins with a header of 32 bytes, integers little-endian:
//
//	 0  magic "WKWL" (4 bytes)
//	 4  format (4)
//	 8  the segment's number, which grows (8)
//	16  index of the first record (8)
//	24  zero (4)
//	28  CRC32C of the bytes before (4)
const (
	segmentMagic  = "WKWL"
	segmentFormat = 1
	segmentHead   = 32
)

// segment is a file of consecutive entries.
type segment struct {
	f        disk.File
	name     string
	number   uint64
	first    uint64   // index of the first record
	offsets  []uint32 // of the records
	end      int64    // behind the last record
	prepared int64    // up to here the file has blocks: writing them changes no metadata
}

func (s *segment) last() uint64 { return s.first + uint64(len(s.offsets)) - 1 }

func segmentName(number uint64) string { return fmt.Sprintf("%016x.wal", number) }

func encodeSegmentHead(number, first uint64) []byte {
	b := make([]byte, segmentHead)
	copy(b, segmentMagic)
	le := binary.LittleEndian
	le.PutUint32(b[4:], segmentFormat)
	le.PutUint64(b[8:], number)
	le.PutUint64(b[16:], first)
	le.PutUint32(b[28:], crc32.Checksum(b[:28], castagnoli))
	return b
}

// errNoHead says that a segment's header was never completed.
var errNoHead = errors.New("no segment header")

// openSegment reads a segment up to its last whole record. tail tells what comes then.
func openSegment(fsys disk.FS, name string) (s *segment, tail tail, err error) {
	f, err := fsys.OpenFile(name, disk.ReadWrite)
	if err != nil {
		return nil, tailClean, err
	}
	s = &segment{f: f, name: name}
	tail, err = s.scan()
	if err != nil {
		return nil, tail, errors.Join(err, f.Close())
	}
	return s, tail, nil
}

// tail is what follows the last whole record.
type tail uint8

const (
	tailClean tail = iota // nothing
	tailTorn              // a write that a crash cut off
	tailRot               // damage: later writes are whole, so this one was once
)

func (s *segment) scan() (tail, error) {
	info, err := s.f.Stat()
	if err != nil {
		return tailClean, err
	}
	b := make([]byte, info.Size)
	if n, err := s.f.ReadAt(b, 0); err != nil && !(errors.Is(err, io.EOF) && n == len(b)) {
		return tailClean, err
	}
	le := binary.LittleEndian
	if len(b) < segmentHead || string(b[:4]) != segmentMagic ||
		crc32.Checksum(b[:28], castagnoli) != le.Uint32(b[28:]) {
		return tailClean, errNoHead
	}
	if v := le.Uint32(b[4:]); v != segmentFormat {
		return tailClean, fs.Errorf("read log", fs.KindInvalid, s.name, "format %d, this version reads %d; use the version of wakefs that wrote it", v, segmentFormat)
	}
	s.number, s.first = le.Uint64(b[8:]), le.Uint64(b[16:])
	if s.name != segmentName(s.number) {
		return tailClean, errNoHead // of the file's former life: the new header was not written
	}
	s.prepared = info.Size
	sum := begin(s.number)
	s.end = segmentHead
	for {
		h, ok := recordAt(b, s.end, sum)
		if !ok || h.index != s.first+uint64(len(s.offsets)) {
			break
		}
		s.offsets = append(s.offsets, uint32(s.end))
		s.end += h.size()
	}
	return s.judge(b, sum), nil
}

// recordAt reads a record and tells whether it is whole.
func recordAt(b []byte, off int64, sum uint32) (head, bool) {
	if off+recordHead > int64(len(b)) {
		return head{}, false
	}
	h, ok := parseHead(b[off:off+recordHead], sum)
	if !ok || off+h.size() > int64(len(b)) {
		return h, false
	}
	body := b[off+recordHead:][:int64(h.dataLen)+int64(h.extLen)]
	return h, h.whole(body)
}

// judge tells a torn write from rot. A write begins only when the one before it is durable, so if a
// later write has begun, what does not read before it was once whole.
func (s *segment) judge(b []byte, sum uint32) tail {
	t := tailClean
	next := s.first + uint64(len(s.offsets))
	for off := s.end; off+recordHead <= int64(len(b)); off += 8 {
		if binary.LittleEndian.Uint64(b[off:]) == 0 {
			continue
		}
		t = tailTorn
		if h, ok := parseHead(b[off:off+recordHead], sum); ok && h.first && h.index > next {
			return tailRot
		}
	}
	return t
}

// createSegment makes an empty segment, durable. With spare it uses that file again.
func createSegment(fsys disk.FS, spare string, number, first uint64) (*segment, error) {
	s := &segment{name: segmentName(number), number: number, first: first, end: segmentHead}
	var err error
	if spare != "" {
		if err := fsys.Rename(spare, s.name); err != nil {
			return nil, err
		}
		if s.f, err = fsys.OpenFile(s.name, disk.ReadWrite); err != nil {
			return nil, err
		}
		info, err := s.f.Stat()
		if err != nil {
			return nil, errors.Join(err, s.f.Close())
		}
		s.prepared = info.Size
	} else if s.f, err = disk.NewFile(fsys, s.name); err != nil {
		return nil, err
	}
	if _, err = s.f.WriteAt(encodeSegmentHead(number, first), 0); err == nil {
		err = s.f.Sync()
	}
	if err == nil {
		err = fsys.SyncDir(".")
	}
	if err != nil {
		return nil, errors.Join(err, s.f.Close())
	}
	s.prepared = max(s.prepared, segmentHead)
	return s, nil
}

// prepare gives the file blocks for n more bytes and some to come. Writing zeros once is what makes
// later syncs cheap: they need not wait for the file system's own journal.
func (s *segment) prepare(n, step int64) error {
	if s.end+n <= s.prepared {
		return nil
	}
	to := (s.end + n + step - 1) / step * step
	from := max(s.prepared, s.end)
	if _, err := s.f.WriteAt(make([]byte, to-from), from); err != nil {
		return err
	}
	s.prepared = to
	return nil
}

// spareNumber is the greatest number in a spare's name or header. It must not come again: with it the
// old header would be good before the new one is written. (Header and name differ when a crash
// undid the renaming of a file whose new header had been written.)
func spareNumber(fsys disk.FS, name string) (uint64, error) {
	var number uint64
	if _, err := fmt.Sscanf(name, "%016x.wal", &number); err != nil {
		return 0, fs.E("open log", fs.KindCorrupt, name, err)
	}
	f, err := disk.Open(fsys, name)
	if err != nil {
		return 0, err
	}
	b := make([]byte, segmentHead)
	if err := f.ReadV([][]byte{b}, 0); err == nil && string(b[:4]) == segmentMagic {
		number = max(number, binary.LittleEndian.Uint64(b[8:]))
	}
	return number, f.Close()
}

// cut shortens the segment to its records with an index less than from, durably.
func (s *segment) cut(from uint64) error {
	end := s.end
	if n := from - s.first; n < uint64(len(s.offsets)) {
		end = int64(s.offsets[n])
	}
	if err := s.f.Truncate(end); err != nil {
		return err
	}
	if err := s.f.Sync(); err != nil {
		return err
	}
	s.offsets = s.offsets[:min(uint64(len(s.offsets)), from-s.first)]
	s.end, s.prepared = end, end
	return nil
}
