package segment

import (
	"encoding/binary"
	"errors"
	"io"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/fs/disk"
)

// errRot is the cause of KindCorrupt when a block fails its checksum.
var errRot = errors.New("a block fails its checksum")

// errShort is the cause of KindCorrupt when the segment ends inside the record.
var errShort = errors.New("the segment is cut off inside the record")

// writer is the reused memory to write one record without copying its data.
type writer struct {
	head [headerLen]byte
	pad  [align]byte // zeros
	sums []byte
	bufs [][]byte
}

var writers disk.Freelist[writer]

// prepare lays out a record of data. The header is encoded later, when the segment
// is known.
func (w *writer) prepare(addr fs.ShardAddr, data []byte) {
	n := blocks(uint32(len(data)))
	if cap(w.sums) < n*crcLen {
		w.sums = make([]byte, n*crcLen)
	}
	w.sums = w.sums[:n*crcLen]
	w.bufs = append(w.bufs[:0], w.head[:])
	s := seed(addr)
	for i := range n {
		block := data[i*blockLen : min((i+1)*blockLen, len(data))]
		sum := w.sums[i*crcLen : (i+1)*crcLen]
		binary.LittleEndian.PutUint32(sum, blockSum(s, i, block))
		w.bufs = append(w.bufs, block, sum)
	}
	used := headerLen + len(data) + n*crcLen
	if pad := int(recordLen(uint32(len(data)))) - used; pad > 0 {
		w.bufs = append(w.bufs, w.pad[:pad])
	}
}

func (w *writer) release() {
	clear(w.bufs) // do not keep the caller's data alive
	writers.Put(w)
}

// reader is the reused memory to read a part of a record into the caller's buffer.
type reader struct {
	sums       []byte
	bufs       [][]byte
	head, tail [blockLen]byte // first and last block, where only a part of them is wanted
}

var readers disk.Freelist[reader]

func (r *reader) release() {
	clear(r.bufs)
	readers.Put(r)
}

// read reads the bytes [off, off+len(dst)) of the shard whose record starts at at, by
// one vectored read of the blocks that hold them, and checks every block. The caller
// has checked the range. errRot, errShort or an error of the disk.
func (r *reader) read(f disk.File, at int64, addr fs.ShardAddr, length uint32, off int, dst []byte) error {
	if len(dst) == 0 {
		return nil
	}
	end := off + len(dst)
	first, last := off/blockLen, (end-1)/blockLen
	n := last - first + 1
	if cap(r.sums) < n*crcLen {
		r.sums = make([]byte, n*crcLen)
	}
	r.bufs = r.bufs[:0]
	for i := range n {
		from := (first + i) * blockLen
		to := min(from+blockLen, int(length))
		var buf []byte
		switch {
		case from >= off && to <= end:
			buf = dst[from-off : to-off]
		case i == 0:
			buf = r.head[:to-from]
		default:
			buf = r.tail[:to-from]
		}
		r.bufs = append(r.bufs, buf, r.sums[i*crcLen:(i+1)*crcLen])
	}
	if err := f.ReadV(r.bufs, at+headerLen+int64(first)*blockStep); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return errShort
		}
		return err
	}
	s := seed(addr)
	for i := range n {
		buf, sum := r.bufs[2*i], r.bufs[2*i+1]
		if blockSum(s, first+i, buf) != binary.LittleEndian.Uint32(sum) {
			return errRot
		}
		from := (first + i) * blockLen
		if from < off || from+len(buf) > end { // it went through head or tail
			skip := max(0, off-from)
			copy(dst[from+skip-off:], buf[skip:])
		}
	}
	return nil
}

// verifyStep is how much of a record is checked at a time.
const verifyStep = 16 * blockLen

var verifyBufs disk.Freelist[[verifyStep]byte]

// verify checks all of a record's blocks.
func verify(f disk.File, at int64, addr fs.ShardAddr, length uint32) error {
	buf := verifyBufs.Get()
	defer verifyBufs.Put(buf)
	r := readers.Get()
	defer r.release()
	for off := 0; off < int(length); off += verifyStep {
		if err := r.read(f, at, addr, length, off, buf[:min(verifyStep, int(length)-off)]); err != nil {
			return err
		}
	}
	return nil
}
