package wire

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"syscall"
	"time"
)

// ServerOptions tune a Server. The zero value is good.
type ServerOptions struct {
	// MaxConns is the most connections at a time; 1024 if 0. One more is refused.
	MaxConns int
	// MaxInFlight is the most calls of one connection that run at a time; 1024 if 0. While
	// there are that many the connection is not read.
	MaxInFlight int
	// BulkMemory is the most bytes of bulk data in memory, of all connections
	// together; 256 MiB if 0, MaxFrame at least.
	BulkMemory int
	// Stall is the longest a peer may keep a begun frame waiting, to send or to
	// take it; 30 s if 0. Then the connection is closed.
	Stall time.Duration
	// SessionKey signs the tokens by which clients claim their sessions. Servers that share it
	// can take sessions over from each other, and from themselves before a restart. Random if empty.
	SessionKey []byte
	// SessionIdle is how long a session that nobody calls keeps its place in this
	// process; 10 minutes if 0. It says nothing of the session itself, which the metadata expires.
	SessionIdle time.Duration
	// Log gets one line for each connection that ends other than by a clean close; slog.Default if nil.
	Log *slog.Logger
}

func (o ServerOptions) withDefaults() ServerOptions {
	def(&o.MaxConns, 1024)
	def(&o.MaxInFlight, 1024)
	def(&o.BulkMemory, 256<<20)
	def(&o.Stall, 30*time.Second)
	def(&o.SessionIdle, 10*time.Minute)
	o.BulkMemory = max(o.BulkMemory, MaxFrame)
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// def gives a value that is not set its default.
func def[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

// Server answers calls. Register what it serves first, then Serve listeners. All
// methods but the registering ones may be called concurrently.
type Server struct {
	opts     ServerOptions
	handlers [methodEnd]handler // immutable once serving
	classes  [classEnd]bool     // that are served; immutable once serving
	calls    map[string]func(ctx context.Context, req []byte) ([]byte, error)
	streams  map[string]func(ctx context.Context, req []byte, w io.Writer) error
	memory   budget

	mu        sync.Mutex
	closed    bool
	listeners map[net.Listener]struct{}
	conns     map[*serverConn]struct{}
	ended     sync.WaitGroup // of conns
}

// handler serves one method.
type handler struct {
	serve func(ctx context.Context, r *request) error
	class Class
	// waits: may block for as long as the caller likes; not waited for by Close.
	waits bool
	// keeps: what it calls may keep parts of the message after the reply.
	keeps bool
}

// NewServer makes a Server that serves nothing yet.
func NewServer(o ServerOptions) *Server {
	o = o.withDefaults()
	return &Server{
		opts:      o,
		memory:    budget{free: o.BulkMemory},
		listeners: make(map[net.Listener]struct{}),
		conns:     make(map[*serverConn]struct{}),
	}
}

func (s *Server) register(m method, h handler) {
	s.handlers[m] = h
	s.classes[h.class] = true
}

// ErrServerClosed is what Serve returns after Close.
var ErrServerClosed = errors.New("wire: server closed")

// Serve accepts connections until Close, and closes l. It returns ErrServerClosed or
// the listener's error.
func (s *Server) Serve(l net.Listener) error {
	defer l.Close()
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return ErrServerClosed
	}
	s.listeners[l] = struct{}{}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.listeners, l)
		s.mu.Unlock()
	}()
	pause := 5 * time.Millisecond
	for {
		nc, err := l.Accept()
		if err == nil {
			pause = 5 * time.Millisecond
			go s.ServeConn(nc)
			continue
		}
		s.mu.Lock()
		closed := s.closed
		s.mu.Unlock()
		if closed {
			return ErrServerClosed
		}
		if !errors.Is(err, syscall.EMFILE) && !errors.Is(err, syscall.ENFILE) && !errors.Is(err, syscall.ECONNABORTED) {
			return err
		}
		// Out of file descriptors: it passes when connections end.
		s.opts.Log.Warn("accepting a connection failed", "addr", l.Addr(), "err", err)
		time.Sleep(pause)
		pause = min(2*pause, time.Second)
	}
}

// ServeConn serves one connection until it ends, and closes it.
func (s *Server) ServeConn(nc net.Conn) {
	defer nc.Close()
	c := &serverConn{link: newLink(nc, s.opts.Stall), server: s, running: make(map[uint32]*request)}
	c.idle.L = &c.mu
	c.loopFunc = c.loopInBackground
	if err := c.handshake(); err != nil {
		if !errors.Is(err, io.EOF) {
			s.opts.Log.Warn("connection refused", "peer", peerName(nc), "err", err)
		}
		return
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.conns[c] = struct{}{}
	s.ended.Add(1)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
		s.ended.Done()
	}()
	c.reading = true
	c.loop()
	c.wait()
	if err := c.cause(); err != nil && !errors.Is(err, io.EOF) {
		s.opts.Log.Warn("connection broke", "peer", peerName(nc), "class", c.class.String(), "err", err)
	}
}

func peerName(nc net.Conn) string {
	if a := nc.RemoteAddr(); a != nil && a.String() != "" {
		return a.Network() + ":" + a.String()
	}
	return "local"
}

// Close stops accepting and reading, ends calls that wait for something to happen,
// lets the others finish until ctx ends, then closes all connections. It returns when no call runs any more, or
// ctx's error if that took force.
func (s *Server) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	for l := range s.listeners {
		_ = l.Close() // nothing is lost with a listener
	}
	conns := make([]*serverConn, 0, len(s.conns))
	for c := range s.conns {
		conns = append(conns, c)
	}
	s.mu.Unlock()
	for _, c := range conns {
		c.drain()
	}
	done := make(chan struct{})
	go func() {
		s.ended.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	for _, c := range conns {
		c.fail(ErrServerClosed)
	}
	<-done
	return ctx.Err()
}
