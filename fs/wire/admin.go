package wire

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/wakefs/wakefs/fs"
)

// streamPart is the most bytes of one frame of a stream.
const streamPart = 256 << 10

// Handle serves administration calls of that name. The handler runs concurrently with
// itself, must return when ctx ends, and must not keep req; what it returns must fit a frame. Its
// error reaches the caller as {Op, Kind, Path, message}. Registering a name twice panics.
func (s *Server) Handle(name string, f func(ctx context.Context, req []byte) ([]byte, error)) {
	if s.calls == nil {
		s.calls = make(map[string]func(context.Context, []byte) ([]byte, error))
		s.register(mAdminCall, handler{serve: s.adminCall, class: Administration})
	}
	if _, ok := s.calls[name]; ok {
		panic("wire: " + name + " is handled already")
	}
	s.calls[name] = f
}

// HandleStream serves streams of that name: what the handler writes reaches the
// caller as it is written. A slow caller makes Write wait; one that is gone makes it fail. Otherwise as Handle.
func (s *Server) HandleStream(name string, f func(ctx context.Context, req []byte, w io.Writer) error) {
	if s.streams == nil {
		s.streams = make(map[string]func(context.Context, []byte, io.Writer) error)
		s.register(mAdminStream, handler{serve: s.adminStream, class: Administration, waits: true})
	}
	if _, ok := s.streams[name]; ok {
		panic("wire: " + name + " is handled already")
	}
	s.streams[name] = f
}

func unknownName(name string) error {
	return fs.Errorf("call", fs.KindUnsupported, name, "the node does not know this command; is it of the same release?")
}

func (s *Server) adminCall(ctx context.Context, r *request) error {
	name := r.d.String()
	f := s.calls[name]
	if f == nil {
		return unknownName(name)
	}
	b, err := f(ctx, r.bulk())
	if err != nil || len(b) == 0 {
		return err
	}
	if len(b) > MaxFrame {
		return fs.Errorf("call", fs.KindTooBig, name, "the answer takes %d bytes, more than one frame holds", len(b))
	}
	r.out = append(r.out, b...)
	return nil
}

func (s *Server) adminStream(ctx context.Context, r *request) error {
	name := r.d.String()
	f := s.streams[name]
	if f == nil {
		return unknownName(name)
	}
	return f(ctx, r.bulk(), streamWriter{r})
}

type streamWriter struct{ r *request }

func (w streamWriter) Write(p []byte) (int, error) {
	n := 0
	for len(p) > 0 {
		part := p[:min(len(p), streamPart)]
		if err := w.r.sendMore(part); err != nil {
			return n, err
		}
		n += len(part)
		p = p[len(part):]
	}
	return n, nil
}

// Admin makes administration calls to one node. Safe for concurrent use.
type Admin struct {
	client *client
	addr   string
}

// NewAdmin makes an Admin for the node at an address. It connects when it must.
func NewAdmin(o ClientOptions, addr string) *Admin {
	return &Admin{client: newClient(o, Administration, 1, func(int) string { return addr }), addr: addr}
}

// Call calls what the server registered with Handle. It is never repeated: after
// KindUnavailable it may have run. The caller owns the answer.
func (a *Admin) Call(ctx context.Context, name string, req []byte) ([]byte, error) {
	cl := newCall(name, mAdminCall)
	defer cl.free()
	cl.req, cl.bulk = fs.AppendBytes(cl.req, name), req
	if err := a.client.do(ctx, cl, false); err != nil {
		return nil, err
	}
	b := cl.resp
	cl.keep()
	return b, nil
}

// Stream calls what the server registered with HandleStream and passes on what it
// writes, in order, in parts as they come; part is valid during the call of each. It returns the handler's error, or
// each's, which ends the stream. Each stream has a connection of its own.
func (a *Admin) Stream(ctx context.Context, name string, req []byte, each func(part []byte) error) error {
	if len(req) > maxMessage {
		return fs.Errorf(name, fs.KindTooBig, "", "%d bytes exceed a frame", len(req))
	}
	dialCtx, cancel := context.WithTimeout(ctx, a.client.opts.DialTimeout)
	defer cancel()
	nc, err := a.client.opts.Dial(dialCtx, a.addr)
	if err != nil {
		return unavailable(name, a.addr, err)
	}
	defer nc.Close()
	cc := newClientConn(nc, a.client.opts, a.addr)
	if err := cc.handshake(dialCtx, Administration); err != nil {
		return unavailable(name, a.addr, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = nc.Close() }) // ends the reading below, and tells the server
	defer stop()
	b := fs.AppendBytes(make([]byte, headerLen, headerLen+64), name)
	err = cc.write(header{stream: 1, method: mAdminStream}, b, req)
	if err == nil {
		err = cc.readStream(each)
	}
	var broken streamError
	switch {
	case !errors.As(err, &broken):
		return err
	case ctx.Err() != nil:
		return contextError(name, ctx)
	}
	return unavailable(name, a.addr, broken.error)
}

// streamError is an error of the connection, not of the stream's ends.
type streamError struct{ error }

// readStream reads the replies to the only call of the connection.
func (c *clientConn) readStream(each func([]byte) error) error {
	var msg, bulk []byte
	for {
		h, err := c.readHeader()
		if err != nil {
			return streamError{err}
		}
		msg, bulk = resize(msg, int(h.msg)), resize(bulk, int(h.bulk))
		if err := c.readBody(msg, bulk); err != nil {
			return streamError{err}
		}
		switch h.flags {
		case flagReply | flagMore:
			if err := each(bulk); err != nil {
				return err
			}
		case flagReply:
			return nil
		case flagReply | flagError:
			return decodeError(&fs.Decoder{B: msg})
		default:
			return streamError{fmt.Errorf("a server's frame with flags %#x", h.flags)}
		}
	}
}

// Close closes the connection; calls in flight end with KindUnavailable.
func (a *Admin) Close() { a.client.close() }
