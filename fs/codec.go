package fs

import (
	"encoding/binary"
	"errors"
	"math"
)

// The encoding is compact and grows: a record is its fields in order, integers as
// varints, byte strings with their length before them. A record inside another is
// framed by its length, so a reader skips fields added after its time, and a field
// that is missing at the end reads as zero. A new field is only ever added at the end.

// ErrTruncated is the cause when a record ends inside a field.
var ErrTruncated = errors.New("record is truncated")

// Decoder reads fields from B. Its error is sticky: after the first error every
// field reads as zero, so a record is decoded whole and Err asked once at the end.
// At the end of B every field reads as zero without an error.
type Decoder struct {
	B   []byte
	Err error
}

func (d *Decoder) fail(err error) {
	if d.Err == nil {
		d.Err = err
	}
	d.B = nil
}

// Uint reads an unsigned varint.
func (d *Decoder) Uint() uint64 {
	if len(d.B) == 0 {
		return 0
	}
	v, n := binary.Uvarint(d.B)
	if n <= 0 {
		d.fail(ErrTruncated)
		return 0
	}
	d.B = d.B[n:]
	return v
}

// Uint32 reads an unsigned varint that must fit 32 bits.
func (d *Decoder) Uint32() uint32 {
	v := d.Uint()
	if v > math.MaxUint32 {
		d.fail(errors.New("number does not fit 32 bits"))
		return 0
	}
	return uint32(v)
}

// Int reads a zig-zag varint.
func (d *Decoder) Int() int64 {
	u := d.Uint()
	return int64(u>>1) ^ -int64(u&1)
}

// Bool reads a boolean.
func (d *Decoder) Bool() bool { return d.Uint() != 0 }

// Bytes reads a byte string. It aliases B; nil when empty.
func (d *Decoder) Bytes() []byte {
	n := d.Uint()
	if n > uint64(len(d.B)) {
		d.fail(ErrTruncated)
		return nil
	}
	if n == 0 {
		return nil
	}
	b := d.B[:n:n]
	d.B = d.B[n:]
	return b
}

// String reads a byte string as a string.
func (d *Decoder) String() string { return string(d.Bytes()) }

// Count reads the number of elements that follow. Each takes at least one byte, so
// a count beyond the bytes left is an error and never an allocation.
func (d *Decoder) Count() int {
	n := d.Uint()
	if n > uint64(len(d.B)) {
		d.fail(ErrTruncated)
		return 0
	}
	return int(n)
}

// Record reads a framed record and returns a decoder of its bytes.
func (d *Decoder) Record() Decoder { return Decoder{B: d.Bytes(), Err: d.Err} }

// AppendUint appends an unsigned varint.
func AppendUint[T ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uint](b []byte, v T) []byte {
	return binary.AppendUvarint(b, uint64(v))
}

// AppendInt appends a zig-zag varint.
func AppendInt(b []byte, v int64) []byte {
	return binary.AppendUvarint(b, uint64(v)<<1^uint64(v>>63))
}

// AppendBool appends a boolean.
func AppendBool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

// AppendBytes appends a byte string with its length before it.
func AppendBytes[T ~[]byte | ~string](b []byte, v T) []byte {
	b = binary.AppendUvarint(b, uint64(len(v)))
	return append(b, v...)
}

// AppendRecord appends what encode appends, framed by its length.
func AppendRecord(b []byte, encode func([]byte) []byte) []byte {
	start := len(b)
	b = append(b, 0) // room for a one-byte length, which most records have
	b = encode(b)
	n := len(b) - start - 1
	if n < 0x80 {
		b[start] = byte(n)
		return b
	}
	var l [binary.MaxVarintLen64]byte
	w := binary.PutUvarint(l[:], uint64(n))
	b = append(b, l[:w-1]...) // grow by the extra bytes of the length
	copy(b[start+w:], b[start+1:start+1+n])
	copy(b[start:], l[:w])
	return b
}
