package wake

import (
	"context"
	"fmt"
	"io/fs"
)

// A Request is what HTTP sends.
type Request struct {
	Method string            // GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS; empty: GET
	URL    string            // absolute; a //wake:allow http directive covers it
	Header map[string]string // Host, Content-Length and what else concerns the connection are set by the node
	Body   []byte            // at most MaxBody bytes
}

// A Response is what came back.
type Response struct {
	Status int               // such as 200
	Header map[string]string // names as in Content-Type; the values of one that came several times are joined by ", "
	Body   []byte            // as it was sent: compressed if the request's Accept-Encoding asked for that
}

// MaxBody bounds the body of a Request and of a Response, in bytes.
const MaxBody = 16 << 20

// Outbound is what a Host may be besides: the way to what is outside of the filesystem. Its errors have a text for people;
// they satisfy errors.Is with fs.ErrPermission if the script or the node does not allow it, and of Secret with
// fs.ErrNotExist if there is none of that name.
type Outbound interface {
	// HTTP sends a request and reads the response. It ends when ctx does.
	HTTP(ctx context.Context, r Request) (Response, error)
	Secret(name string) (string, error)
}

// HTTP sends a request from the node and returns the response, whatever its status; redirects are followed. Unlike all else
// that a handler does it is not undone when the handler fails, and it is done again with the next attempt: send Key along, so that
// the other side can tell. The bodies count against the read and write budgets, the time against wall.
func (c *Context) HTTP(r Request) (Response, error) {
	if err := c.begins(len(r.Body)); err != nil {
		return Response{}, fmt.Errorf("http: %w", err)
	}
	out, ok := c.host.(Outbound)
	if !ok {
		return Response{}, fmt.Errorf("http: %w", ErrNotSupported)
	}
	c.written.Add(int64(len(r.Body)))
	res, err := out.HTTP(context.Background(), r)
	c.read.Add(int64(len(res.Body)))
	return res, err
}

// Secret returns the value of a secret that a //wake:secret directive names and that `wakefs secret set` has set.
func (c *Context) Secret(name string) (string, error) {
	if err := c.begins(0); err != nil {
		return "", fmt.Errorf("secret %s: %w", name, err)
	}
	if out, ok := c.host.(Outbound); ok {
		return out.Secret(name)
	}
	return "", fmt.Errorf("secret %s: %w", name, fs.ErrNotExist)
}

// Key returns a text of 32 hexadecimal digits that is the same in all attempts at an event (or at a batch of the same events) and
// no other. It is what to send as an idempotency key.
func (c *Context) Key() string { return c.inv.Key }

// begins checks that the handler still runs and that a body is not too large, and counts a request.
func (c *Context) begins(body int) error {
	if err := c.alive(); err != nil {
		return err
	}
	if body > MaxBody {
		return fmt.Errorf("a body of %d bytes; at most %d are sent: %w", body, MaxBody, ErrFileTooLarge)
	}
	c.ops.Add(1)
	return nil
}
