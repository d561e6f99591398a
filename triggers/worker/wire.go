package worker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// The protocol between a node and its worker: frames over one socket. A frame is a length (four bytes, little-endian,
// of what follows), a kind (one byte) and a payload. The node sends one frame and reads until the answer to it; the
// worker may put calls and output in between. Nothing is ever in flight in both directions.
//
//	node   → worker   load, invoke, reply (to a call)
//	worker → node     hello, loaded (to load), call, output, done (to invoke)
type kind uint8

const (
	kindHello kind = iota + 1
	kindLoad
	kindLoaded
	kindInvoke
	kindCall
	kindReply
	kindOutput
	kindDone
)

const (
	// maxData is the most file data in one frame, in bytes.
	maxData = 1 << 20
	// maxFrame bounds a frame: data and whatever goes with it.
	maxFrame = maxData + 128<<10
	// headerSize is the length and the kind.
	headerSize = 5
	// maxString bounds every path, name, target and text in a frame.
	maxString = 64 << 10
)

// errProtocol is wrapped by every complaint about what the other side has sent.
var errProtocol = errors.New("protocol violation")

func violation(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errProtocol, fmt.Sprintf(format, args...))
}

// conn reads and writes frames. One goroutine at a time uses it.
type conn struct {
	f  *os.File
	in []byte // received, from r to w
	r,
	w int
	out []byte // the frame being built

	idle func() // if not nil, called at the file's read deadline, which then is none any more
}

func newConn(f *os.File) *conn {
	return &conn{f: f, in: make([]byte, 16<<10), out: make([]byte, 0, 4<<10)}
}

// read returns the next frame. The payload is valid until the next read.
func (c *conn) read() (kind, []byte, error) {
	if err := c.fill(headerSize); err != nil {
		return 0, nil, err
	}
	size := int(binary.LittleEndian.Uint32(c.in[c.r:]))
	if size < 1 || size > maxFrame {
		return 0, nil, violation("frame of %d bytes", size)
	}
	if err := c.fill(4 + size); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return 0, nil, err
	}
	k, payload := kind(c.in[c.r+4]), c.in[c.r+headerSize:c.r+4+size]
	c.r += 4 + size
	return k, payload, nil
}

// fill makes at least n bytes available at c.r.
func (c *conn) fill(n int) error {
	if c.w-c.r >= n {
		return nil
	}
	if c.r == c.w {
		c.r, c.w = 0, 0
	}
	if c.r+n > len(c.in) {
		buf := c.in
		if n > len(buf) {
			buf = make([]byte, n)
		}
		c.w = copy(buf, c.in[c.r:c.w])
		c.in, c.r = buf, 0
	}
	for c.w-c.r < n {
		m, err := c.f.Read(c.in[c.w:])
		c.w += m
		if c.idle != nil && errors.Is(err, os.ErrDeadlineExceeded) {
			if err := c.f.SetReadDeadline(time.Time{}); err != nil {
				return err
			}
			c.idle()
		} else if err != nil && c.w-c.r < n {
			return err
		}
	}
	return nil
}

// pending reports whether bytes were received that no frame was asked for.
func (c *conn) pending() bool { return c.w > c.r }

// begin starts a frame in c.out; the caller appends the payload and calls send.
func (c *conn) begin(k kind) {
	c.out = append(c.out[:0], 0, 0, 0, 0, byte(k))
}

func (c *conn) send() error {
	size := len(c.out) - 4
	if size > maxFrame {
		return fmt.Errorf("frame of %d bytes is too large", size)
	}
	binary.LittleEndian.PutUint32(c.out, uint32(size))
	_, err := c.f.Write(c.out)
	return err
}

// The put methods append to the frame being built; a decoder has their inverses.

func (c *conn) putByte(v byte)     { c.out = append(c.out, v) }
func (c *conn) putUint(v uint64)   { c.out = binary.AppendUvarint(c.out, v) }
func (c *conn) putInt(v int64)     { c.out = binary.AppendVarint(c.out, v) }
func (c *conn) putBytes(v []byte)  { c.out = append(binary.AppendUvarint(c.out, uint64(len(v))), v...) }
func (c *conn) putString(v string) { c.out = append(binary.AppendUvarint(c.out, uint64(len(v))), v...) }

func (c *conn) putBool(v bool) {
	b := byte(0)
	if v {
		b = 1
	}
	c.putByte(b)
}

func (c *conn) putTime(t time.Time) {
	c.putInt(t.Unix())
	c.putUint(uint64(t.Nanosecond()))
}

// decoder takes a payload apart. The first violation sticks in err; from then on every method returns zero.
type decoder struct {
	b   []byte
	err error
}

func (d *decoder) fail(what string) {
	if d.err == nil {
		d.err = violation("%s", what)
	}
	d.b = nil
}

func (d *decoder) byte() byte {
	if len(d.b) == 0 {
		d.fail("short frame")
		return 0
	}
	v := d.b[0]
	d.b = d.b[1:]
	return v
}

func (d *decoder) bool() bool {
	v := d.byte()
	if v > 1 {
		d.fail("bad truth value")
	}
	return v == 1
}

func (d *decoder) uint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.fail("bad number")
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) int() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.fail("bad number")
		return 0
	}
	d.b = d.b[n:]
	return v
}

// bytes returns at most limit bytes, which alias the frame.
func (d *decoder) bytes(limit int) []byte {
	n := d.uint()
	if n > uint64(len(d.b)) || n > uint64(limit) {
		d.fail("bad length")
		return nil
	}
	v := d.b[:n:n]
	d.b = d.b[n:]
	return v
}

func (d *decoder) string() string { return string(d.bytes(maxString)) }

func (d *decoder) time() time.Time {
	sec, nsec := d.int(), d.uint()
	if nsec >= 1e9 {
		d.fail("bad time")
		return time.Time{}
	}
	return time.Unix(sec, int64(nsec))
}

// count returns a number of items that each take at least one byte of the rest of the frame.
func (d *decoder) count() int {
	n := d.uint()
	if n > uint64(len(d.b)) {
		d.fail("bad count")
		return 0
	}
	return int(n)
}

// end returns the first violation; bytes left over are one.
func (d *decoder) end() error {
	if d.err == nil && len(d.b) > 0 {
		d.fail("frame too long")
	}
	return d.err
}
