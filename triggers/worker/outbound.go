package worker

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/wakefs/wakefs/triggers/wake"
)

// maxHead bounds the URL and the header of a request, and the header of a response, in bytes.
const maxHead = 64 << 10

// Outbound calls are answered by success even if they failed, and then by an error with its text: other than those of
// files, these errors tell the script's author what to do.

// textError is an error that has crossed the socket.
type textError struct {
	text string
	is   error
}

func (e *textError) Error() string { return e.text }
func (e *textError) Unwrap() error { return e.is }

// putError appends how a call ended. nil is success.
func (c *conn) putError(err error) {
	c.putByte(codeOf(err))
	if err != nil {
		c.putString(clip(err.Error()))
	}
}

func (d *decoder) error() error {
	code := d.byte()
	if code == 0 || d.err != nil {
		return nil
	}
	return &textError{d.string(), errOf(code)}
}

func (c *conn) putHeader(h map[string]string) {
	c.putUint(uint64(len(h)))
	for name, value := range h {
		c.putString(name)
		c.putString(value)
	}
}

func (d *decoder) header() map[string]string {
	n := d.count()
	h := make(map[string]string, min(n, 100))
	for range n {
		name := d.string()
		h[name] = d.string()
	}
	return h
}

// headSize is what a header takes in a frame, at most.
func headSize(h map[string]string) int {
	n := 0
	for name, value := range h {
		n += len(name) + len(value) + 8
	}
	return n
}

// HTTP implements wake.Outbound. The bodies go in pieces that fit a frame.
func (h *client) HTTP(_ context.Context, r wake.Request) (res wake.Response, err error) {
	if len(r.Method)+len(r.URL)+headSize(r.Header) > maxHead {
		return res, fmt.Errorf("http: the URL and the header have more than %d bytes: %w", maxHead, fs.ErrInvalid)
	}
	h.http.Lock()
	defer h.http.Unlock()
	for part := range slices.Chunk(r.Body, maxData) {
		if err := h.call(opSendBody, func(c *conn) { c.putBytes(part) }, nil); err != nil {
			return res, err
		}
	}
	size := 0
	lost := h.call(opHTTP,
		func(c *conn) { c.putString(r.Method); c.putString(r.URL); c.putHeader(r.Header) },
		func(d *decoder) {
			if err = d.error(); err == nil {
				res.Status, res.Header, size = int(d.uint()), d.header(), int(d.uint())
			}
		})
	if err = errors.Join(lost, err); err != nil {
		return res, err
	}
	res.Body = make([]byte, 0, min(size, wake.MaxBody))
	for len(res.Body) < size {
		err := h.call(opReadBody, func(*conn) {}, func(d *decoder) { res.Body = append(res.Body, d.bytes(maxData)...) })
		if err != nil {
			return res, err
		}
	}
	return res, nil
}

// Secret implements wake.Outbound.
func (h *client) Secret(name string) (value string, err error) {
	if err := h.checked(name); err != nil {
		return "", err
	}
	lost := h.call(opSecret, func(c *conn) { c.putString(name) }, func(d *decoder) {
		if err = d.error(); err == nil {
			value = d.string()
		}
	})
	return value, errors.Join(lost, err)
}

// onOutbound answers the worker's calls of what is outside of the filesystem.
func (s *server) onOutbound(o op, d *decoder) error {
	out, ok := s.host.(wake.Outbound)
	if !ok {
		out = nowhere{}
	}
	switch o {
	case opSendBody:
		part := d.bytes(maxData)
		if len(s.sends)+len(part) > wake.MaxBody {
			d.fail("body too large")
		}
		if err := d.end(); err != nil {
			return err
		}
		if err := s.countWrite(len(part)); err != nil {
			return err
		}
		s.sends = append(s.sends, part...)
		return nil
	case opReadBody:
		if len(s.got) == 0 {
			d.fail("no body")
		}
		if err := d.end(); err != nil {
			return err
		}
		n := min(len(s.got), maxData)
		s.c.putBytes(s.got[:n])
		s.got = s.got[n:]
		return nil
	case opSecret:
		name := d.string()
		if err := d.end(); err != nil {
			return err
		}
		value, err := out.Secret(name)
		s.c.putError(err)
		if err == nil {
			s.c.putString(value)
		}
		return nil
	}
	r := wake.Request{Method: d.string(), URL: d.string(), Header: d.header(), Body: s.sends}
	s.sends, s.got = nil, nil
	if err := d.end(); err != nil {
		return err
	}
	res, err := out.HTTP(s.ctx, r)
	if errors.Is(s.ctx.Err(), context.DeadlineExceeded) {
		return &excess{fmt.Sprintf("wall budget of %s exceeded", formatDuration(s.budget.Wall))}
	}
	if err == nil && headSize(res.Header) > maxHead {
		err = fmt.Errorf("http: the header of the response has more than %d bytes", maxHead)
	}
	s.c.putError(err)
	if err != nil {
		return nil
	}
	s.c.putUint(uint64(res.Status))
	s.c.putHeader(res.Header)
	s.c.putUint(uint64(len(res.Body)))
	s.got = res.Body
	return s.countRead(len(res.Body))
}

// nowhere is the Outbound of a Host that is none.
type nowhere struct{}

func (nowhere) HTTP(context.Context, wake.Request) (wake.Response, error) {
	return wake.Response{}, fmt.Errorf("http: %w", wake.ErrNotSupported)
}

func (nowhere) Secret(name string) (string, error) {
	return "", fmt.Errorf("secret %s: %w", name, wake.ErrNotSupported)
}
