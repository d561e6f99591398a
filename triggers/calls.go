package triggers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/wakefs/wakefs/fs"
	"github.com/wakefs/wakefs/triggers/script"
	"github.com/wakefs/wakefs/triggers/wake"
)

// HTTPCall is what is kept of a request that a function has made.
type HTTPCall struct {
	Method   string        `json:"method"`
	URL      string        `json:"url"`              // without the query
	Status   int           `json:"status,omitempty"` // of the response; 0: there was none
	Sent     int           `json:"sent"`             // bytes of the body
	Received int           `json:"received"`         // bytes of the body
	Took     time.Duration `json:"took_ns"`
	Hops     int           `json:"hops,omitempty"` // redirects that were followed
	Held     bool          `json:"held,omitempty"` // a dry run: it was not sent
	Error    string        `json:"error,omitempty"`
}

func (c *HTTPCall) String() string {
	s := fmt.Sprintf("http: %s %s: ", c.Method, c.URL)
	switch {
	case c.Error != "":
		return s + c.Error
	case c.Held:
		return s + fmt.Sprintf("not sent (%d bytes)", c.Sent)
	}
	s += fmt.Sprintf("%d in %s, sent %d bytes, received %d", c.Status, c.Took.Round(10*time.Microsecond), c.Sent, c.Received)
	if c.Hops > 0 {
		s += fmt.Sprintf(", %d redirects", c.Hops)
	}
	return s
}

// maxCalls is how many requests of one entry are kept; the first ones.
const maxCalls = 100

// outside is what an invocation reaches beside files. It implements wake.Outbound.
type outside struct {
	out     *Outbound
	secrets *Secrets     // nil: there are none
	says    *script.Spec // the script's directives
	owner   uint32
	hold    bool // nothing is sent
	trial   bool // there is no node: only the script's directives count, and secrets are made up
	key     string
	calls   []HTTPCall
}

// Key is the idempotency key of the invocation.
func (o *outside) Key() string { return o.key }

// keyOf makes a key of what makes a call the same: its events.
func keyOf(call []fs.Invocation) string {
	h := sha256.New()
	for i := range call {
		fmt.Fprintf(h, "%s\n%d\n%d\n%d\n", call[i].Trigger, call[i].ID, call[i].Event.Time, call[i].Event.Ino)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// check says why the script does not let itself request a URL.
func (o *outside) check(u *url.URL) error {
	for _, s := range o.says.HTTP {
		if p, err := script.ParsePrefix(s); err == nil && p.Allows(u) {
			return nil
		}
	}
	return denied("the script does not allow %s: add //wake:allow http %s://%s/", bare(u), u.Scheme, u.Host)
}

// HTTP implements wake.Outbound.
func (o *outside) HTTP(ctx context.Context, r wake.Request) (wake.Response, error) {
	started := time.Now()
	c := HTTPCall{Method: r.Method, URL: "?", Sent: len(r.Body), Held: o.hold}
	res, err := o.send(ctx, &r, &c)
	c.Status, c.Received, c.Took = res.Status, len(res.Body), time.Since(started)
	if err != nil {
		c.Error = err.Error()
		err = fmt.Errorf("http: %s %s: %w", c.Method, c.URL, err)
	}
	o.calls = append(o.calls, c)
	return res, err
}

// noteHTTP adds what an attempt has requested; one that is repeated after a conflict has requested it all the same.
func (e *Entry) noteHTTP(calls []HTTPCall, v veil) {
	for _, c := range calls {
		if len(e.HTTP) == maxCalls {
			return
		}
		c.URL, c.Error = clipTo(v.hide(c.URL), maxURL), clipTo(v.hide(c.Error), 2*maxURL)
		e.HTTP = append(e.HTTP, c)
	}
}

// maxURL is how much of a URL is kept, in bytes.
const maxURL = 500

func clipTo(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}

func (o *outside) send(ctx context.Context, r *wake.Request, c *HTTPCall) (res wake.Response, err error) {
	req, err := newRequest(ctx, r)
	if err != nil {
		return res, err
	}
	c.Method, c.URL = req.Method, bare(req.URL)
	if err := o.check(req.URL); err != nil {
		return res, err
	}
	if !o.trial {
		if err := o.out.allows(req.URL); err != nil {
			return res, err
		}
	}
	if o.hold {
		// A function that goes on shows what else it would do.
		return wake.Response{Status: 200, Header: map[string]string{}}, nil
	}
	res, c.Hops, err = o.out.do(req, o.check)
	return res, err
}

// Secret implements wake.Outbound.
func (o *outside) Secret(name string) (string, error) {
	if !slices.Contains(o.says.Secrets, name) {
		return "", denied("the script does not ask for the secret %q: add //wake:secret %s", name, name)
	}
	if o.trial {
		return "value-of-" + name, nil
	}
	return o.secrets.tell(name, o.owner)
}

// veil hides what the function must not tell.
func (o *outside) veil() veil { return o.secrets.veil(o.says.Secrets) }
