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
	parts   [3][]byte   // backs vec
	vec     net.Buffers // what is being written
	refresh time.Time   // when the write deadline is due to be moved on
	spare   []byte      // the other buffer of gathered

	gmu      sync.Mutex
	writing  bool   // somebody has wmu and will write what is gathered
	gathered []byte // small frames, in order, that came meanwhile
}

const (
	// gatherFrame is the largest frame that is left to who is writing, in bytes.
	gatherFrame = 4 << 10
	// gatherMost is how much is left to him before writers wait for their turn.
	gatherMost = 64 << 10
	// gatherRounds is how often one caller writes for others before somebody else has to.
	gatherRounds = 4
)

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

// write sends a frame, or leaves a small one to the goroutine that is writing; frames leave in the order
// of the calls. b is headerLen bytes to be filled here, then the message. Neither b nor bulk is kept. An error leaves
// the connection unusable; that of a frame left to another is the other's, who must end the connection too.
func (l *link) write(h header, b, bulk []byte) error {
	h.msg, h.bulk = uint32(len(b)-headerLen), uint32(len(bulk))
	h.put(b)
	if len(bulk) == 0 && len(b) <= gatherFrame {
		l.gmu.Lock()
		if l.writing && len(l.gathered) <= gatherMost {
			l.gathered = append(l.gathered, b...)
			l.gmu.Unlock()
			return nil
		}
		l.gmu.Unlock()
	}
	l.wmu.Lock()
	defer l.wmu.Unlock()
	err := l.writeLocked(b, bulk)
	for range gatherRounds {
		if err != nil || !l.moreLocked() {
			return err
		}
		err = l.writeLocked(nil, nil)
	}
	go l.writeOn()
	return err
}

// writeOn writes what is gathered until there is nothing more.
func (l *link) writeOn() {
	l.wmu.Lock()
	defer l.wmu.Unlock()
	for l.moreLocked() {
		if err := l.writeLocked(nil, nil); err != nil {
			_ = l.nc.Close() // so that the reader ends the connection, as the caller would
			return
		}
	}
}

// moreLocked tells whether something is gathered; if not, nothing more will be.
func (l *link) moreLocked() bool {
	l.gmu.Lock()
	defer l.gmu.Unlock()
	l.writing = len(l.gathered) > 0
	return l.writing
}

// writeLocked writes what is gathered, then b, then bulk.
func (l *link) writeLocked(b, bulk []byte) error {
	l.gmu.Lock()
	l.writing = true
	before := l.gathered
	l.gathered = l.spare[:0]
	l.gmu.Unlock()
	l.spare = before
	if now := time.Now(); now.After(l.refresh) {
		// Moved on at most every half stall: each write has between half and one.
		if err := l.nc.SetWriteDeadline(now.Add(l.stall)); err != nil {
			return err
		}
		l.refresh = now.Add(l.stall / 2)
	}
	n := 0
	for _, p := range [...][]byte{before, b, bulk} {
		if len(p) > 0 {
			l.parts[n] = p
			n++
		}
	}
	if n == 1 {
		_, err := l.nc.Write(l.parts[0])
		l.parts[0] = nil
		return err
	}
	l.vec = l.parts[:n]
	_, err := l.vec.WriteTo(l.nc)
	l.parts = [3][]byte{}
	return err
}
