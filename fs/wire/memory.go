package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// Memory is a network inside the process, for tests. Its connections are like TCP's:
// buffered, in order, with deadlines. A hook sees every write and may delay it, lose it or cut the
// connection in the middle of it; partitions hold back what is sent until they heal. Safe for concurrent use.
type Memory struct {
	mu        sync.Mutex
	listeners map[string]*memoryListener
	hook      func(Write) Fault
	parted    map[[2]string]bool
	halves    map[*half]struct{} // of open connections
	changed   chan struct{}      // closed and replaced when parted or listeners change
}

// Write is a write that a hook judges.
type Write struct {
	From, To string // addresses; the dialing side's is what DialFrom was given
	N        int    // bytes
	Before   int64  // bytes written before in this direction of this connection
}

// Fault is what happens to a write. The zero Fault: nothing.
type Fault struct {
	Delay time.Duration // it arrives later, as does everything behind it
	Drop  bool          // it and everything behind it in this direction never arrives, and the writer does not notice
	Cut   bool          // the connection breaks, for both sides, after CutAfter bytes of it have arrived
	// CutAfter is 0 ≤ CutAfter ≤ N.
	CutAfter int
}

// memoryBuffer is how many bytes a direction holds before writers wait.
const memoryBuffer = 256 << 10

// NewMemory makes a network where nothing goes wrong yet.
func NewMemory() *Memory {
	return &Memory{
		listeners: make(map[string]*memoryListener),
		parted:    make(map[[2]string]bool),
		halves:    make(map[*half]struct{}),
		changed:   make(chan struct{}),
	}
}

// SetFault makes hook judge every write from now on; nil: none. It is called without locks
// held and may be called concurrently.
func (m *Memory) SetFault(hook func(Write) Fault) {
	m.mu.Lock()
	m.hook = hook
	m.mu.Unlock()
}

// Partition holds back everything between two addresses, connecting too, or with on
// false lets it flow again.
func (m *Memory) Partition(a, b string, on bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.parted[[2]string{a, b}] = on
	m.parted[[2]string{b, a}] = on
	m.changedLocked()
	for h := range m.halves {
		if h.from == a && h.to == b || h.from == b && h.to == a {
			h.hold(on)
		}
	}
}

// CutAll breaks all connections between two addresses.
func (m *Memory) CutAll(a, b string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for h := range m.halves {
		if h.from == a && h.to == b || h.from == b && h.to == a {
			h.cut(syscall.ECONNRESET)
		}
	}
}

func (m *Memory) changedLocked() {
	close(m.changed)
	m.changed = make(chan struct{})
}

// Listen listens at an address, any string that is free.
func (m *Memory) Listen(addr string) (net.Listener, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.listeners[addr] != nil {
		return nil, &net.OpError{Op: "listen", Net: "memory", Addr: memoryAddr(addr), Err: syscall.EADDRINUSE}
	}
	l := &memoryListener{net: m, addr: addr, conns: make(chan net.Conn, 64), closed: make(chan struct{})}
	m.listeners[addr] = l
	return l, nil
}

// Dial is a Dialer for who needs no address of its own.
func (m *Memory) Dial(ctx context.Context, addr string) (net.Conn, error) {
	return m.DialFrom("")(ctx, addr)
}

// DialFrom makes a Dialer whose side of the connections has the address from.
func (m *Memory) DialFrom(from string) Dialer {
	return func(ctx context.Context, addr string) (net.Conn, error) {
		for {
			m.mu.Lock()
			l, parted, changed := m.listeners[addr], m.parted[[2]string{from, addr}], m.changed
			if !parted {
				defer m.mu.Unlock()
				return m.connectLocked(from, addr, l)
			}
			m.mu.Unlock()
			select {
			case <-changed:
			case <-ctx.Done():
				return nil, &net.OpError{Op: "dial", Net: "memory", Addr: memoryAddr(addr), Err: ctx.Err()}
			}
		}
	}
}

func (m *Memory) connectLocked(from, addr string, l *memoryListener) (net.Conn, error) {
	refused := &net.OpError{Op: "dial", Net: "memory", Addr: memoryAddr(addr), Err: syscall.ECONNREFUSED}
	if l == nil {
		return nil, refused
	}
	there, back := newHalf(from, addr), newHalf(addr, from)
	there.other, back.other = back, there
	client := &memoryConn{net: m, in: back, out: there}
	server := &memoryConn{net: m, in: there, out: back}
	select {
	case l.conns <- server:
	default:
		return nil, refused
	}
	m.halves[there], m.halves[back] = struct{}{}, struct{}{}
	return client, nil
}

type memoryAddr string

// Network implements net.Addr.
func (memoryAddr) Network() string  { return "memory" }
func (a memoryAddr) String() string { return string(a) }

type memoryListener struct {
	net    *Memory
	addr   string
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case nc := <-l.conns:
		return nc, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close refuses what was not accepted.
func (l *memoryListener) Close() error {
	l.once.Do(func() {
		l.net.mu.Lock()
		delete(l.net.listeners, l.addr)
		l.net.changedLocked()
		l.net.mu.Unlock()
		close(l.closed)
		for {
			select {
			case nc := <-l.conns:
				_ = nc.Close()
			default:
				return
			}
		}
	})
	return nil
}

func (l *memoryListener) Addr() net.Addr { return memoryAddr(l.addr) }

// half is one direction of a connection.
type half struct {
	from, to string // immutable
	other    *half  // immutable

	mu      sync.Mutex
	queue   []packet
	size    int   // bytes in queue
	written int64 // bytes, ever
	held    bool  // by a partition
	lost    bool  // nothing arrives any more
	eof     bool  // the writer has closed
	shut    bool  // the reader has closed
	err     error // the connection is cut
	readBy  time.Time
	writeBy time.Time
	wake    chan struct{} // closed and replaced at every change
}

type packet struct {
	data []byte
	at   time.Time // readable from then on
}

func newHalf(from, to string) *half { return &half{from: from, to: to, wake: make(chan struct{})} }

func (h *half) changedLocked() {
	close(h.wake)
	h.wake = make(chan struct{})
}

// change makes a change under the lock and wakes all who wait.
func (h *half) change(f func()) {
	h.mu.Lock()
	f()
	h.changedLocked()
	h.mu.Unlock()
}

func (h *half) hold(on bool) { h.change(func() { h.held = on }) }

// cut breaks the connection for both sides; what has arrived can still be read.
func (h *half) cut(err error) {
	for _, x := range [...]*half{h, h.other} {
		x.change(func() {
			if x.err == nil {
				x.err = err
			}
		})
	}
}

// waitLocked waits for a change, at most until the deadlines; it lets the lock go meanwhile. A
// deadline that has passed is an error.
func (h *half) waitLocked(deadline, also time.Time) error {
	next := deadline
	if next.IsZero() || !also.IsZero() && also.Before(next) {
		next = also
	}
	var alarm <-chan time.Time
	if !next.IsZero() {
		if !deadline.IsZero() && !time.Now().Before(deadline) {
			return os.ErrDeadlineExceeded
		}
		t := time.NewTimer(time.Until(next))
		defer t.Stop()
		alarm = t.C
	}
	wake := h.wake
	h.mu.Unlock()
	select {
	case <-wake:
	case <-alarm:
	}
	h.mu.Lock()
	return nil
}

func (h *half) read(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		if h.shut {
			return 0, net.ErrClosed
		}
		var due time.Time
		if len(h.queue) > 0 && !h.held {
			if due = h.queue[0].at; !time.Now().Before(due) {
				return h.takeLocked(p), nil
			}
		}
		if len(h.queue) == 0 || h.err != nil {
			if h.err != nil {
				return 0, h.err
			}
			if h.eof && !h.held {
				return 0, io.EOF
			}
		}
		if len(p) == 0 {
			return 0, nil
		}
		if err := h.waitLocked(h.readBy, due); err != nil {
			return 0, err
		}
	}
}

func (h *half) takeLocked(p []byte) int {
	n := 0
	now := time.Now()
	for n < len(p) && len(h.queue) > 0 && !now.Before(h.queue[0].at) {
		k := copy(p[n:], h.queue[0].data)
		n += k
		if h.queue[0].data = h.queue[0].data[k:]; len(h.queue[0].data) == 0 {
			h.queue = h.queue[1:]
		}
	}
	h.size -= n
	h.changedLocked()
	return n
}

// write queues a copy of p in parts, waiting for room.
func (h *half) write(p []byte, at time.Time) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for n < len(p) {
		switch {
		case h.eof:
			return n, net.ErrClosed
		case h.err != nil:
			return n, h.err
		case h.shut:
			return n, syscall.EPIPE
		case h.lost:
			h.written += int64(len(p) - n)
			return len(p), nil
		}
		room := memoryBuffer - h.size
		if room <= 0 {
			if err := h.waitLocked(h.writeBy, time.Time{}); err != nil {
				return n, err
			}
			continue
		}
		k := min(room, len(p)-n)
		h.queue = append(h.queue, packet{data: append([]byte(nil), p[n:n+k]...), at: at})
		h.size += k
		h.written += int64(k)
		n += k
		h.changedLocked()
	}
	return n, nil
}

type memoryConn struct {
	net     *Memory
	in, out *half
}

// Read implements net.Conn.
func (c *memoryConn) Read(p []byte) (int, error) {
	n, err := c.in.read(p)
	return n, c.wrap("read", err)
}

// Write implements net.Conn.
func (c *memoryConn) Write(p []byte) (int, error) {
	c.net.mu.Lock()
	hook := c.net.hook
	c.net.mu.Unlock()
	var f Fault
	if hook != nil {
		c.out.mu.Lock()
		w := Write{From: c.out.from, To: c.out.to, N: len(p), Before: c.out.written}
		c.out.mu.Unlock()
		f = hook(w)
	}
	var at time.Time
	if f.Delay > 0 {
		at = time.Now().Add(f.Delay)
	}
	if f.Drop {
		c.out.change(func() { c.out.lost = true })
	}
	if f.Cut {
		n, err := c.out.write(p[:min(max(f.CutAfter, 0), len(p))], at)
		c.out.cut(syscall.ECONNRESET)
		if err == nil {
			err = syscall.ECONNRESET
		}
		return n, c.wrap("write", err)
	}
	n, err := c.out.write(p, at)
	return n, c.wrap("write", err)
}

func (c *memoryConn) wrap(op string, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return &net.OpError{Op: op, Net: "memory", Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}

// Close implements net.Conn. What was written before still arrives.
func (c *memoryConn) Close() error {
	c.in.change(func() { c.in.shut, c.in.queue, c.in.size = true, nil, 0 })
	peerGone := false
	c.out.change(func() { c.out.eof, peerGone = true, c.out.shut })
	if peerGone {
		c.net.mu.Lock()
		delete(c.net.halves, c.in)
		delete(c.net.halves, c.out)
		c.net.mu.Unlock()
	}
	return nil
}

// LocalAddr implements net.Conn.
func (c *memoryConn) LocalAddr() net.Addr { return memoryAddr(c.out.from) }

// RemoteAddr implements net.Conn.
func (c *memoryConn) RemoteAddr() net.Addr { return memoryAddr(c.out.to) }

// SetDeadline implements net.Conn.
func (c *memoryConn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// SetReadDeadline implements net.Conn.
func (c *memoryConn) SetReadDeadline(t time.Time) error {
	c.in.change(func() { c.in.readBy = t })
	return nil
}

// SetWriteDeadline implements net.Conn.
func (c *memoryConn) SetWriteDeadline(t time.Time) error {
	c.out.change(func() { c.out.writeBy = t })
	return nil
}
