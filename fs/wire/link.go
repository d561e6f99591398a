package wire

import (
	"bufio"
	"io"
	"net"
	"sync"
	"time"
)

// link is one framed connection, seen from either side. One goroutine at a time
// reads; any may write.
type link struct {
	nc    net.Conn
	rd    *bufio.Reader
	stall time.Duration // that a peer may let a begun frame wait

	wmu     sync.Mutex
	two     [2][]byte   // backs vec
	vec     net.Buffers // of the frame being written
	refresh time.Time   // when the write deadline is due to be moved on
}

func newLink(nc net.Conn, stall time.Duration) *link {
	return &link{nc: nc, rd: bufio.NewReaderSize(nc, 32<<10), stall: stall}
}

// readHeader waits for a frame.
func (l *link) readHeader() (header, error) {
	b, err := l.rd.Peek(headerLen)
	if err != nil {
		return header{}, err
	}
	h, err := parseHeader(b)
	if err != nil {
		return header{}, err
	}
	_, err = l.rd.Discard(headerLen)
	return h, err
}

// readBody reads into msg and bulk the rest of a frame, whose lengths they have.
func (l *link) readBody(msg, bulk []byte) error {
	if len(msg)+len(bulk) > l.rd.Buffered() {
		if err := l.nc.SetReadDeadline(time.Now().Add(l.stall)); err != nil {
			return err
		}
		defer l.nc.SetReadDeadline(time.Time{})
	}
	if _, err := io.ReadFull(l.rd, msg); err != nil {
		return err
	}
	_, err := io.ReadFull(l.rd, bulk)
	return err
}

// skip reads past the rest of a frame.
func (l *link) skip(h header) error {
	_, err := l.rd.Discard(int(h.msg) + int(h.bulk))
	return err
}

// write sends a frame. b is headerLen bytes to be filled here, then the message. Neither
// b nor bulk is kept. An error leaves the connection unusable.
func (l *link) write(h header, b, bulk []byte) error {
	h.msg, h.bulk = uint32(len(b)-headerLen), uint32(len(bulk))
	h.put(b)
	l.wmu.Lock()
	defer l.wmu.Unlock()
	if now := time.Now(); now.After(l.refresh) {
		// Moved on at most every half stall: each write has between half and one.
		if err := l.nc.SetWriteDeadline(now.Add(l.stall)); err != nil {
			return err
		}
		l.refresh = now.Add(l.stall / 2)
	}
	if len(bulk) == 0 {
		_, err := l.nc.Write(b)
		return err
	}
	l.two = [2][]byte{b, bulk}
	l.vec = l.two[:]
	_, err := l.vec.WriteTo(l.nc)
	l.two = [2][]byte{}
	return err
}
