package triggers

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	iofs "io/fs"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/wakefs/wakefs/triggers/script"
	"github.com/wakefs/wakefs/triggers/wake"
)

// Outbound is a node's way out for functions: which URLs it lets them request, and the connections. It is safe for concurrent use.
type Outbound struct {
	public   bool // any host with a public address
	prefixes []script.Prefix
	client   *http.Transport
}

// Public is what stands for every host with a public address in the policy of an Outbound.
const Public = "public"

// maxRedirects bounds how often one request is sent on.
const maxRedirects = 10

// NewOutbound returns the Outbound of a node that allows what the prefixes cover; see script.ParsePrefix. One of them may be
// Public. Without any, nothing is allowed.
func NewOutbound(allow []string) (*Outbound, error) {
	o := &Outbound{}
	for _, s := range allow {
		if s == Public {
			o.public = true
			continue
		}
		p, err := script.ParsePrefix(s)
		if err != nil {
			return nil, err
		}
		o.prefixes = append(o.prefixes, p)
	}
	o.client = &http.Transport{
		DialContext:            o.dial,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		DisableCompression:     true, // what arrives is as long as it is
		MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConnsPerHost:    2, MaxIdleConns: 64, IdleConnTimeout: 30 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second,
	} // and no proxy: it would look up names where nobody checks the address
	return o, nil
}

// Close closes idle connections.
func (o *Outbound) Close() { o.client.CloseIdleConnections() }

// allows says why the node does not let a URL be requested.
func (o *Outbound) allows(u *url.URL) error {
	for i := range o.prefixes {
		if o.prefixes[i].Allows(u) {
			return nil
		}
	}
	origin := u.Scheme + "://" + u.Host + "/"
	switch {
	case o.public:
		return nil // if the address is
	case len(o.prefixes) == 0:
		return denied("this node lets no function send HTTP requests: start it with `wakefs up --allow-http %s`, or with --allow-http public for all public hosts", origin)
	}
	return denied("this node does not let functions request %s: start it with `wakefs up --allow-http %s` as well", bare(u), origin)
}

// named reports whether a prefix of the node names a host and port.
func (o *Outbound) named(hostport string) bool {
	for i := range o.prefixes {
		if o.prefixes[i].Names(hostport) {
			return true
		}
	}
	return false
}

// dial connects, to addresses that are public or that the node's policy names. It is looked at what is dialled, after names
// were looked up: what a name meant before does not count.
func (o *Outbound) dial(ctx context.Context, network, hostport string) (net.Conn, error) {
	named := o.named(hostport)
	_, literal := netip.ParseAddr(strings.Trim(hostport[:strings.LastIndexByte(hostport, ':')], "[]"))
	d := net.Dialer{Timeout: 30 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		if !dialable(at.Addr(), named, literal == nil) {
			return denied("%s is at the address %s, which is not public: start the node with --allow-http and a prefix that names exactly this host and port", hostport, at.Addr())
		}
		return nil
	}}
	return d.DialContext(ctx, network, hostport)
}

// special are addresses that are neither public nor what a host name has any business with.
var special = prefixesOf("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "240.0.0.0/4", "::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
	"5f00::/16", "fd00:ec2::/32", "fec0::/10")

func prefixesOf(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// dialable decides on an address. Public ones are; those of this machine and of private networks, if the policy names the host; all
// others, such as the link-local ones at which clouds keep credentials, only if it names the address itself.
func dialable(a netip.Addr, named, literal bool) bool {
	a = a.Unmap().WithZone("")
	switch {
	case a.IsLoopback():
		return named
	case !a.IsGlobalUnicast() || slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(a) }):
		return named && literal
	}
	return named || !a.IsPrivate()
}

// deniedError is a request that is not allowed.
type deniedError struct{ text string }

func (e *deniedError) Error() string { return e.text }
func (e *deniedError) Unwrap() error { return iofs.ErrPermission }

func denied(format string, args ...any) error { return &deniedError{fmt.Sprintf(format, args...)} }

// bare is a URL without its query, which may have what is not for logs.
func bare(u *url.URL) string { return u.Scheme + "://" + u.Host + u.EscapedPath() }

// methods are those that functions may use.
var methods = map[string]bool{"GET": true, "HEAD": true, "POST": true, "PUT": true, "PATCH": true, "DELETE": true, "OPTIONS": true}

// ours are the headers that concern the connection, or where a request goes; functions do not set them.
var ours = map[string]bool{
	"Host": true, "Content-Length": true, "Transfer-Encoding": true, "Connection": true, "Keep-Alive": true, "Upgrade": true, "Te": true,
	"Trailer": true, "Expect": true, "Proxy-Authorization": true, "Proxy-Connection": true,
}

// newRequest checks a function's request, all but whether its URL is allowed.
func newRequest(ctx context.Context, r *wake.Request) (*http.Request, error) {
	u, err := script.ParseURL(r.URL)
	if err != nil {
		return nil, err
	}
	method := r.Method
	if method == "" {
		method = "GET"
	}
	if !methods[method] {
		return nil, fmt.Errorf("the method %q is none of GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS", method)
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(r.Body))
	if err != nil {
		return nil, errors.New("not a request that could be sent")
	}
	req.Header.Set("User-Agent", "wakefs")
	for name, value := range r.Header {
		key := http.CanonicalHeaderKey(name)
		switch {
		case !isToken(name):
			return nil, fmt.Errorf("%q is no name of a header", name)
		case ours[key]:
			return nil, fmt.Errorf("the header %s is set by the node", key)
		case strings.ContainsFunc(value, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }):
			return nil, fmt.Errorf("the value of the header %s has a line end or another control character in it", key)
		}
		req.Header.Set(key, value)
	}
	return req, nil
}

func isToken(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"(),/:;<=>?@[\\]{}", c) >= 0 {
			return false
		}
	}
	return s != ""
}

// do sends a request, and sends it on as redirects say, as far as check and the node allow. The second result is how often it was
// sent on.
func (o *Outbound) do(req *http.Request, check func(*url.URL) error) (wake.Response, int, error) {
	hops := 0
	client := http.Client{Transport: o.client, CheckRedirect: func(next *http.Request, via []*http.Request) error {
		hops = len(via)
		last := via[len(via)-1].URL
		next.URL.Fragment, next.URL.RawFragment = "", ""
		u, err := script.ParseURL(next.URL.String())
		switch {
		case err != nil:
			return fmt.Errorf("redirected: %w", err)
		case hops > maxRedirects:
			return fmt.Errorf("redirected more than %d times", maxRedirects)
		case last.Scheme == "https" && u.Scheme != "https":
			return denied("redirected from https to %s", bare(u))
		}
		if err := errors.Join(check(u), o.allows(u)); err != nil {
			return fmt.Errorf("redirected: %w", err)
		}
		next.Header.Del("Referer") // it has the query
		if u.Host != last.Host || u.Scheme != last.Scheme {
			next.Header = http.Header{"User-Agent": next.Header["User-Agent"]} // the others were for somebody else
		}
		return nil
	}}
	res, err := client.Do(req)
	if err != nil {
		if e, ok := err.(*url.Error); ok {
			err = e.Err // without the URL, whose query is not for logs
		}
		if res != nil {
			res.Body.Close()
		}
		return wake.Response{}, hops, err
	}
	defer res.Body.Close()
	out := wake.Response{Status: res.StatusCode, Header: make(map[string]string, len(res.Header))}
	for name, values := range res.Header {
		out.Header[name] = strings.Join(values, ", ")
	}
	out.Body, err = io.ReadAll(io.LimitReader(res.Body, wake.MaxBody+1))
	if err == nil && len(out.Body) > wake.MaxBody {
		err = fmt.Errorf("the response has more than %d MiB", wake.MaxBody>>20)
	}
	if err != nil {
		return wake.Response{}, hops, err
	}
	return out, hops, nil
}
