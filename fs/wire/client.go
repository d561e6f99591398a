package wire

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wakefs/wakefs/fs"
)

// Dialer makes a connection to an address. It must be safe for concurrent use and
// return when ctx ends.
type Dialer func(ctx context.Context, addr string) (net.Conn, error)

// ClientOptions tune every client of this package. Only Dial is required.
type ClientOptions struct {
	Dial Dialer
	// DialTimeout bounds connecting, with the preamble; 5 s if 0.
	DialTimeout time.Duration
	// Backoff is the pause after the first failure to connect, doubled by each further one up to
	// MaxBackoff, shortened at random by up to a half; 10 ms and 1 s if 0. Calls fail at once meanwhile.
	Backoff, MaxBackoff time.Duration
	// MaxInFlight is the most calls on one connection at a time; more wait. 256 if 0. It must
	// not exceed the server's.
	MaxInFlight int
	// Ping is how long a connection with calls in flight may be silent before it is asked
	// for a sign of life, and then again before it is given up; 10 s if 0.
	Ping time.Duration
	// Stall is the longest a peer may keep a begun frame waiting; 30 s if 0.
	Stall time.Duration
	// BulkConns is how many connections to one address share bulk data; 2 if 0.
	BulkConns int
}

func (o ClientOptions) withDefaults() ClientOptions {
	def(&o.DialTimeout, 5*time.Second)
	def(&o.Backoff, 10*time.Millisecond)
	def(&o.MaxBackoff, time.Second)
	def(&o.MaxInFlight, 256)
	def(&o.Ping, 10*time.Second)
	def(&o.Stall, 30*time.Second)
	def(&o.BulkConns, 2)
	return o
}

// client makes calls of one class to one service, over connections it keeps.
type client struct {
	opts  ClientOptions
	class Class
	slots []*slot
	// greet is called on each new connection before it is used for calls; may be nil.
	greet func(ctx context.Context, cc *clientConn) error
}

// newClient makes a client with n connections to an address, which addr tells for each attempt to connect
// (attempt counts the failures since the last success).
func newClient(o ClientOptions, class Class, n int, addr func(attempt int) string) *client {
	c := &client{opts: o.withDefaults(), class: class}
	for range n {
		c.slots = append(c.slots, &slot{client: c, addr: addr})
	}
	return c
}

// errClosed is the cause of errors after a client's Close.
var errClosed = errors.New("the client is closed")

func (c *client) close() {
	for _, s := range c.slots {
		s.close()
	}
}

// pick returns the slot with the fewest calls in flight.
func (c *client) pick() *slot {
	best := c.slots[0]
	for _, s := range c.slots[1:] {
		if s.inFlight() < best.inFlight() {
			best = s
		}
	}
	return best
}

// anyAlive returns a connection that works as far as is known; nil if there is none.
func (c *client) anyAlive() *clientConn {
	for _, s := range c.slots {
		if cc := s.cur.Load(); cc != nil && !cc.gone.Load() {
			return cc
		}
	}
	return nil
}

// do makes the call and waits for its reply, which cl then holds. A call that finds its
// connection broken is tried once more on a new one if again is set: it must be safe to repeat.
// Errors are *fs.Error: the peer's, KindUnavailable, or ctx's.
func (c *client) do(ctx context.Context, cl *call, again bool) error {
	for {
		cc, fresh, err := c.pick().conn(ctx)
		if err != nil {
			if cc = c.anyAlive(); cc == nil || ctx.Err() != nil {
				return err
			}
		}
		err = cc.do(ctx, cl)
		if err == nil || !cl.broken || fresh || !again || ctx.Err() != nil {
			return err
		}
		again = false
	}
}

// slot is the place of one connection, made when it is needed.
type slot struct {
	client *client
	addr   func(attempt int) string
	cur    atomic.Pointer[clientConn]

	mu       sync.Mutex
	closed   bool
	dialing  *dialing // nil: nobody dials
	failures int
	wait     time.Time // no dialing before
	last     error     // of the last failure
}

type dialing struct {
	done chan struct{}
	cc   *clientConn // after done
	err  error       // after done
}

func (s *slot) inFlight() int {
	if cc := s.cur.Load(); cc != nil {
		return int(cc.inFlight.Load())
	}
	return 0
}

// conn returns a connection that works as far as is known; fresh tells that this call waited for its making.
func (s *slot) conn(ctx context.Context) (cc *clientConn, fresh bool, err error) {
	if cc := s.cur.Load(); cc != nil && !cc.gone.Load() {
		return cc, false, nil
	}
	s.mu.Lock()
	if cc := s.cur.Load(); cc != nil && !cc.gone.Load() {
		s.mu.Unlock()
		return cc, false, nil
	}
	if s.closed {
		s.mu.Unlock()
		return nil, true, unavailable("connect", "", errClosed)
	}
	d := s.dialing
	if d == nil {
		if time.Now().Before(s.wait) {
			defer s.mu.Unlock()
			return nil, true, s.last
		}
		d = &dialing{done: make(chan struct{})}
		s.dialing = d
		go s.dial(d, s.addr(s.failures))
	}
	s.mu.Unlock()
	select {
	case <-d.done:
		return d.cc, true, d.err
	case <-ctx.Done():
		return nil, true, contextError("connect", ctx)
	}
}

// dial makes a connection for all who wait for it; no caller's context ends it.
func (s *slot) dial(d *dialing, addr string) {
	ctx, cancel := context.WithTimeout(context.Background(), s.client.opts.DialTimeout)
	defer cancel()
	d.cc, d.err = s.client.connect(ctx, addr)
	s.mu.Lock()
	s.dialing = nil
	switch {
	case d.err != nil:
		pause := min(s.client.opts.Backoff<<min(s.failures, 20), s.client.opts.MaxBackoff)
		if pause <= 0 { // shifted out
			pause = s.client.opts.MaxBackoff
		}
		s.failures++
		s.wait = time.Now().Add(pause - rand.N(pause/2+1))
		s.last = d.err
	case s.closed:
		d.cc.fail(errClosed)
		d.cc, d.err = nil, unavailable("connect", addr, errClosed)
	default:
		s.failures, s.wait, s.last = 0, time.Time{}, nil
		s.cur.Store(d.cc)
	}
	s.mu.Unlock()
	close(d.done)
}

func (s *slot) close() {
	s.mu.Lock()
	s.closed = true
	cc := s.cur.Load()
	s.mu.Unlock()
	if cc != nil {
		cc.fail(errClosed)
	}
}

func (c *client) connect(ctx context.Context, addr string) (*clientConn, error) {
	nc, err := c.opts.Dial(ctx, addr)
	if err != nil {
		return nil, unavailable("connect", addr, err)
	}
	cc := newClientConn(nc, c.opts, addr)
	if err := cc.handshake(ctx, c.class); err != nil {
		_ = nc.Close() // err says more
		return nil, unavailable("connect", addr, err)
	}
	go cc.readLoop()
	if c.greet != nil {
		if err := c.greet(ctx, cc); err != nil {
			cc.fail(err)
			return nil, unavailable("connect", addr, err)
		}
	}
	return cc, nil
}

// contextError is the error of an op whose context has ended.
func contextError(op string, ctx context.Context) error {
	return fs.E(op, fs.KindOf(ctx.Err()), "", ctx.Err())
}
