package wire

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// call is one call and its reply. The maker encodes the message behind req, sets
// bulk or dst, and after the reply decodes d.
type call struct {
	op     string
	method method
	req    []byte // headerLen bytes, then the message
	bulk   []byte // sent; the caller's
	dst    []byte // where the reply's bulk goes, which must be as long; the caller's
	// linger: after a cancellation wait for the answer, however the call ended.
	linger bool

	resp   []byte
	d      fs.Decoder // of resp
	err    error
	broken bool          // err is the connection's
	done   chan struct{} // 1 deep; filled once when the reply is there
}

var calls = sync.Pool{New: func() any {
	return &call{req: make([]byte, headerLen, 256), done: make(chan struct{}, 1)}
}}

func newCall(op string, m method) *call {
	cl := calls.Get().(*call)
	cl.op, cl.method = op, m
	return cl
}

// free gives the call and its reply back. What was decoded from it must not alias resp: see keep.
func (cl *call) free() {
	req, resp := cl.req[:headerLen], cl.resp[:0]
	if cap(req) > keepBuffer {
		req = make([]byte, headerLen, 256)
	}
	if cap(resp) > keepBuffer {
		resp = nil
	}
	*cl = call{req: req, resp: resp, done: cl.done}
	calls.Put(cl)
}

// keep lets what was decoded from the reply live on.
func (cl *call) keep() { cl.resp = nil }

// decoded is the error of decoding the reply, if any.
func (cl *call) decoded() error {
	if cl.d.Err != nil {
		return fs.E(cl.op, fs.KindUnavailable, "", fmt.Errorf("the reply can't be read: %w", cl.d.Err))
	}
	return nil
}

// clientConn is a connection that calls are made on.
type clientConn struct {
	*link
	addr     string
	ping     time.Duration
	slots    chan struct{} // one for each call in flight
	inFlight atomic.Int32
	frames   atomic.Uint64 // received
	gone     atomic.Bool   // err is set
	// receiving: in the middle of a frame, which link.stall bounds.
	receiving atomic.Bool

	mu     sync.Mutex
	calls  map[uint32]*call // in flight and not being answered, by stream
	stream uint32           // the last one used
	err    error            // why the connection ended
	timer  *time.Timer      // of the next look for signs of life
	seen   uint64           // frames, at the last look
	asked  bool             // the last look sent a ping
}

func newClientConn(nc net.Conn, o ClientOptions, addr string) *clientConn {
	return &clientConn{
		link:  newLink(nc, o.Stall),
		addr:  addr,
		ping:  o.Ping,
		slots: make(chan struct{}, o.MaxInFlight),
		calls: make(map[uint32]*call),
	}
}

func (c *clientConn) handshake(ctx context.Context, class Class) error {
	if t, ok := ctx.Deadline(); ok {
		if err := c.nc.SetDeadline(t); err != nil {
			return err
		}
	}
	stop := context.AfterFunc(ctx, func() { _ = c.nc.Close() }) // ends the reading below
	defer stop()
	b := preamble{version: version, class: class}.bytes()
	if _, err := c.nc.Write(b[:]); err != nil {
		return err
	}
	if _, err := io.ReadFull(c.rd, b[:]); err != nil {
		return err
	}
	p, err := parsePreamble(b)
	if err != nil {
		return err
	}
	if err := p.refusal(); err != nil {
		return err
	}
	return c.nc.SetDeadline(time.Time{})
}

// do makes the call and waits for its reply or for ctx.
func (c *clientConn) do(ctx context.Context, cl *call) error {
	if err := c.start(ctx, cl); err != nil {
		return err
	}
	return c.finish(ctx, cl)
}

// start sends the call. After an error nothing of it goes on; else finish must follow.
func (c *clientConn) start(ctx context.Context, cl *call) error {
	cl.broken = false
	if ctx.Err() != nil {
		return contextError(cl.op, ctx)
	}
	if n := len(cl.req) - headerLen + len(cl.bulk); n > MaxFrame {
		return fs.Errorf(cl.op, fs.KindTooBig, "", "%d bytes exceed a frame", n)
	}
	h := header{method: cl.method}
	if t, ok := ctx.Deadline(); ok {
		if h.timeout = time.Until(t); h.timeout <= 0 {
			return fs.E(cl.op, fs.KindTimeout, "", context.DeadlineExceeded)
		}
	}
	select {
	case c.slots <- struct{}{}:
	default:
		select {
		case c.slots <- struct{}{}:
		case <-ctx.Done():
			return contextError(cl.op, ctx)
		}
	}
	c.mu.Lock()
	if c.err != nil {
		defer c.mu.Unlock()
		<-c.slots
		cl.broken = true
		return unavailable(cl.op, c.addr, c.err)
	}
	c.stream++
	for c.calls[c.stream] != nil {
		c.stream++
	}
	h.stream = c.stream
	c.calls[h.stream] = cl
	c.inFlight.Add(1)
	if c.timer == nil {
		c.seen, c.asked = c.frames.Load(), false
		c.timer = time.AfterFunc(c.ping, c.look)
	}
	c.mu.Unlock()
	h.put(cl.req) // keeps the stream for finish
	if err := c.write(h, cl.req, cl.bulk); err != nil {
		c.fail(err) // answers the call too
	}
	return nil
}

// finish waits for the reply to a started call, or for ctx. The caller's memory is its own again afterwards.
func (c *clientConn) finish(ctx context.Context, cl *call) error {
	defer func() {
		c.inFlight.Add(-1)
		<-c.slots
	}()
	select {
	case <-cl.done:
		return cl.err
	default:
	}
	select {
	case <-cl.done:
		return cl.err
	case <-ctx.Done():
	}
	h, err := parseHeader(cl.req)
	if err != nil {
		panic("wire: own header: " + err.Error())
	}
	c.mu.Lock()
	unanswered := c.calls[h.stream] == cl
	if unanswered && !cl.linger {
		delete(c.calls, h.stream)
	}
	c.mu.Unlock()
	if unanswered {
		c.cancel(h)
	}
	if !unanswered || cl.linger { // the reader has it, or will
		<-cl.done
		return cl.err
	}
	return contextError(cl.op, ctx)
}

// cancel tells the peer that nobody waits for a call any more.
func (c *clientConn) cancel(h header) {
	var b [headerLen]byte
	if err := c.write(header{stream: h.stream, method: h.method, flags: flagCancel}, b[:], nil); err != nil {
		c.fail(err)
	}
}

// readLoop delivers replies until the connection ends.
func (c *clientConn) readLoop() {
	for {
		h, err := c.readHeader()
		if err == nil {
			c.frames.Add(1)
			err = c.deliver(h)
		}
		if err != nil {
			c.fail(err)
			return
		}
	}
}

func (c *clientConn) deliver(h header) error {
	switch h.flags {
	case flagReply, flagReply | flagError:
	case flagReply | flagPing:
		return c.skip(h)
	default:
		return fmt.Errorf("a server's frame with flags %#x", h.flags)
	}
	c.mu.Lock()
	cl := c.calls[h.stream]
	delete(c.calls, h.stream)
	c.mu.Unlock()
	if cl == nil { // canceled
		return c.skip(h)
	}
	var bulk []byte
	if h.bulk > 0 {
		if int(h.bulk) != len(cl.dst) {
			err := fmt.Errorf("a reply has %d bytes of bulk, not %d", h.bulk, len(cl.dst))
			cl.breakOff(c, err)
			return err
		}
		bulk = cl.dst
	} else if len(cl.dst) > 0 && h.flags&flagError == 0 {
		err := fmt.Errorf("a reply has no bulk, not %d bytes", len(cl.dst))
		cl.breakOff(c, err)
		return err
	}
	cl.resp = resize(cl.resp, int(h.msg))
	c.receiving.Store(true)
	err := c.readBody(cl.resp, bulk)
	c.receiving.Store(false)
	if err != nil {
		cl.breakOff(c, err)
		return err
	}
	cl.d = fs.Decoder{B: cl.resp}
	cl.err = nil
	if h.flags&flagError != 0 {
		cl.err = decodeError(&cl.d)
	}
	cl.done <- struct{}{}
	return nil
}

// breakOff answers a call with an error of its connection.
func (cl *call) breakOff(c *clientConn, err error) {
	cl.broken = true
	cl.err = unavailable(cl.op, c.addr, err)
	cl.done <- struct{}{}
}

// fail ends the connection and answers all calls in flight; the first cause counts.
func (c *clientConn) fail(err error) {
	if err == io.EOF {
		err = fmt.Errorf("the peer closed the connection: %w", err)
	}
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return
	}
	c.err = err
	c.gone.Store(true)
	calls := c.calls
	c.calls = nil
	if c.timer != nil {
		c.timer.Stop()
	}
	c.mu.Unlock()
	_ = c.nc.Close() // given up: there is nothing left to lose
	for _, cl := range calls {
		cl.breakOff(c, err)
	}
}

// look ends a connection that owes replies and gives no sign of life.
func (c *clientConn) look() {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return
	}
	if len(c.calls) == 0 {
		c.timer = nil
		c.mu.Unlock()
		return
	}
	now := c.frames.Load()
	silent := now == c.seen && !c.receiving.Load()
	dead := silent && c.asked
	c.seen, c.asked = now, silent
	c.mu.Unlock()
	if dead {
		c.fail(fmt.Errorf("no sign of life for %v", 2*c.ping))
		return
	}
	if silent {
		var b [headerLen]byte
		if err := c.write(header{flags: flagPing}, b[:], nil); err != nil {
			c.fail(err)
			return
		}
	}
	c.mu.Lock()
	if c.err == nil {
		c.timer.Reset(c.ping) // from now: the writing may have waited for a big frame
	}
	c.mu.Unlock()
}
