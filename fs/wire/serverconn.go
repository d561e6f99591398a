package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// serverConn is a connection being served.
type serverConn struct {
	*link
	server   *Server
	class    Class
	loopFunc func() // loopInBackground, made once: starting it allocates nothing

	mu       sync.Mutex
	running  map[uint32]*request // by stream
	loops    int                 // extra goroutines in loop
	reading  bool                // some goroutine reads, or is about to
	draining bool                // read no more calls
	err      error               // why the connection ended
	idle     sync.Cond           // running or loops became smaller
}

// request is a call being served. Handlers read from d and in, and append the
// reply's message to out, its bulk in outBulk.
type request struct {
	conn  *serverConn
	head  header
	ctx   *callContext
	msg   []byte
	d     fs.Decoder // of msg
	in    *buffer    // the bulk received; nil if there is none
	out   []byte     // headerLen bytes, then the reply's message
	reply *buffer    // the bulk to send; nil if there is none
	taken int        // bytes of the server's budget
	view  *view      // of a metadata call; nil: the session itself
	ended bool       // by drain; guarded by conn.mu
}

var requests = sync.Pool{New: func() any { return &request{out: make([]byte, headerLen, 256)} }}

// bulk is the raw bytes that came with the call, valid until the handler returns.
func (r *request) bulk() []byte {
	if r.in == nil {
		return nil
	}
	return r.in.b
}

// makeBulk makes the reply's bulk of n bytes, to be filled by the handler. It waits for memory.
func (r *request) makeBulk(n int) ([]byte, error) {
	if n < 0 || n > maxMessage || r.taken > 0 {
		return nil, fs.Errorf("reply", fs.KindInvalid, "", "%d bytes were asked for in a call with %d bytes", n, r.taken)
	}
	if err := r.conn.server.memory.take(r.ctx, n); err != nil {
		return nil, err
	}
	r.taken = n
	r.reply = getBuffer(n)
	return r.reply.b, nil
}

func (r *request) free(keeps bool) {
	if r.in != nil {
		r.in.free()
	}
	if r.reply != nil {
		r.reply.free()
	}
	if r.taken > 0 {
		r.conn.server.memory.give(r.taken)
	}
	msg, out := r.msg[:0], r.out[:headerLen]
	if keeps || cap(msg) > keepBuffer {
		msg = nil
	}
	if cap(out) > keepBuffer {
		out = make([]byte, headerLen, 256)
	}
	*r = request{msg: msg, out: out}
	requests.Put(r)
}

func (c *serverConn) handshake() error {
	if err := c.nc.SetDeadline(time.Now().Add(min(c.stall, 10*time.Second))); err != nil {
		return err
	}
	var b [preambleLen]byte
	if _, err := io.ReadFull(c.rd, b[:]); err != nil {
		return err
	}
	p, err := parsePreamble(b)
	if err != nil {
		return err
	}
	answer := preamble{version: version, class: p.class}
	s := c.server
	s.mu.Lock()
	full := len(s.conns) >= s.opts.MaxConns
	s.mu.Unlock()
	switch {
	case p.version != version:
		answer.status = statusVersion
	case p.class >= classEnd || !s.classes[p.class]:
		answer.status = statusClass
	case full:
		answer.status = statusFull
	}
	b = answer.bytes()
	if _, err := c.nc.Write(b[:]); err != nil {
		return err
	}
	if answer.status != statusOK {
		return fmt.Errorf("a client with protocol version %d for %v: status %d", p.version, p.class, answer.status)
	}
	c.class = p.class
	return c.nc.SetDeadline(time.Time{})
}

// loop reads a call, hands the reading on, serves the call, and reads again if
// nobody does. It is entered as the reader.
func (c *serverConn) loop() {
	for {
		r, err := c.read()
		c.mu.Lock()
		if r == nil && c.draining {
			c.reading = false
			c.mu.Unlock()
			return
		}
		if r == nil {
			c.mu.Unlock()
			c.fail(err)
			return
		}
		c.reading = len(c.running) < c.server.opts.MaxInFlight
		if c.reading {
			c.loops++
			go c.loopFunc()
		}
		c.mu.Unlock()
		c.serve(r)
		c.mu.Lock()
		if c.reading || c.err != nil {
			c.mu.Unlock()
			return
		}
		c.reading = true
		c.mu.Unlock()
	}
}

func (c *serverConn) loopInBackground() {
	c.loop()
	c.mu.Lock()
	c.loops--
	c.endedLocked()
	c.mu.Unlock()
}

// endedLocked wakes who waits for the connection's end, once it may be near.
func (c *serverConn) endedLocked() {
	if c.err != nil || c.draining {
		c.idle.Broadcast()
	}
}

// read returns the next call, admitted to running; nil when draining. It answers pings and follows
// cancellations itself.
func (c *serverConn) read() (*request, error) {
	for {
		c.mu.Lock()
		draining := c.draining
		c.mu.Unlock()
		if draining {
			return nil, nil
		}
		h, err := c.readHeader()
		if err != nil {
			return nil, err
		}
		switch {
		case h.flags == 0:
			return c.admit(h)
		case h.flags == flagCancel:
			c.mu.Lock()
			if r := c.running[h.stream]; r != nil {
				r.ctx.end(context.Canceled)
			}
			c.mu.Unlock()
		case h.flags == flagPing:
			var b [headerLen]byte
			if err := c.write(header{stream: h.stream, flags: flagPing | flagReply}, b[:], nil); err != nil {
				return nil, err
			}
		default:
			return nil, fmt.Errorf("a client's frame with flags %#x", h.flags)
		}
		if err := c.skip(h); err != nil {
			return nil, err
		}
	}
}

// decodeFactor is what a large message counts for in the budget, for each of its bytes: its records take
// more memory than their encoding.
const decodeFactor = 16

// admit reads the rest of a call and enters it in running.
func (c *serverConn) admit(h header) (*request, error) {
	if h.method >= methodEnd {
		h.method = 0 // nobody serves it; the caller hears that
	}
	r := requests.Get().(*request)
	r.conn, r.head, r.ctx = c, h, newCallContext(h.timeout)
	if h.bulk > 0 || h.msg > keepBuffer {
		r.taken = min(int(h.bulk)+decodeFactor*int(h.msg), c.server.opts.BulkMemory)
		if err := c.server.memory.take(context.Background(), r.taken); err != nil {
			return nil, err
		}
	}
	if h.bulk > 0 {
		r.in = getBuffer(int(h.bulk))
	}
	r.msg = resize(r.msg, int(h.msg))
	if err := c.readBody(r.msg, r.bulk()); err != nil {
		r.free(false)
		return nil, err
	}
	r.d = fs.Decoder{B: r.msg}
	c.mu.Lock()
	_, twice := c.running[h.stream]
	if !twice && c.err == nil {
		c.running[h.stream] = r
	}
	err := c.err
	c.mu.Unlock()
	if twice {
		err = fmt.Errorf("a client's second call on stream %d", h.stream)
	}
	if err != nil {
		r.free(false)
		return nil, err
	}
	return r, nil
}

// serve runs the call's handler and sends its answer.
func (c *serverConn) serve(r *request) {
	hd := &c.server.handlers[r.head.method]
	var err error
	switch {
	case hd.serve == nil || hd.class != c.class:
		err = fs.Errorf("call", fs.KindUnsupported, "", "method %d is not served here", r.head.method)
	default:
		err = hd.serve(r.ctx, r)
	}
	c.mu.Lock()
	delete(c.running, r.head.stream) // before the client can use the stream again
	c.endedLocked()
	if err != nil && r.ended {
		err = fs.E("", fs.KindUnavailable, "", ErrServerClosed)
	}
	c.mu.Unlock()
	h := header{stream: r.head.stream, method: r.head.method, flags: flagReply}
	if size := len(r.out) - headerLen + r.replyLen(); err == nil && size > MaxFrame {
		err = fs.Errorf("reply", fs.KindTooBig, "", "the answer takes %d bytes, more than one frame holds; ask for less", size)
	}
	var bulk []byte
	if err != nil {
		h.flags |= flagError
		r.out = appendError(r.out[:headerLen], err)
	} else if r.reply != nil {
		bulk = r.reply.b
	}
	r.ctx.end(context.Canceled) // nobody may rely on it after the handler
	if err := c.write(h, r.out, bulk); err != nil {
		c.fail(err)
	}
	r.free(hd.keeps)
}

func (r *request) replyLen() int {
	if r.reply == nil {
		return 0
	}
	return len(r.reply.b)
}

// sendMore sends a part of a reply that goes on.
func (r *request) sendMore(bulk []byte) error {
	if err := r.ctx.Err(); err != nil {
		return fs.E("stream", fs.KindOf(err), "", err)
	}
	var b [headerLen]byte
	h := header{stream: r.head.stream, method: r.head.method, flags: flagReply | flagMore}
	if err := r.conn.write(h, b[:], bulk); err != nil {
		r.conn.fail(err)
		return unavailable("stream", peerName(r.conn.nc), err)
	}
	return nil
}

// fail ends the connection: the first cause counts. Calls that run are canceled.
func (c *serverConn) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return
	}
	c.err = err
	_ = c.nc.Close() // the connection is given up: there is nothing left to lose
	for _, r := range c.running {
		r.ctx.end(context.Canceled)
	}
	c.idle.Broadcast()
}

func (c *serverConn) cause() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if errors.Is(c.err, ErrServerClosed) {
		return nil
	}
	return c.err
}

// wait returns when the connection has ended and nothing of it runs.
func (c *serverConn) wait() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.loops > 0 || len(c.running) > 0 || c.err == nil && !c.draining {
		c.idle.Wait()
	}
}

// drain stops the reading and ends calls that wait for something to happen.
func (c *serverConn) drain() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.draining = true
	_ = c.nc.SetReadDeadline(time.Now()) // wakes the reader; a broken connection wakes by itself
	for _, r := range c.running {
		if c.server.handlers[r.head.method].waits {
			r.ended = true
			r.ctx.end(context.Canceled)
		}
	}
	c.idle.Broadcast()
}
