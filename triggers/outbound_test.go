package triggers

import (
	"context"
	"errors"
	"fmt"
	"io"
	iofs "io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/wakefs/wakefs/triggers/script"
	"github.com/wakefs/wakefs/triggers/wake"
)

// outsideOf is what a script that allows some prefixes reaches on a node that allows some.
func outsideOf(t *testing.T, node, says []string) *outside {
	t.Helper()
	out, err := NewOutbound(node)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(out.Close)
	return &outside{out: out, says: &script.Spec{HTTP: says}}
}

func TestDialable(t *testing.T) {
	for _, tt := range []struct {
		addr                   string
		public, named, literal bool // what is dialled though not named; named by a host name; named itself
	}{
		{"93.184.216.34", true, true, true},
		{"2606:2800:220:1::1", true, true, true},
		{"127.0.0.1", false, true, true},
		{"127.8.9.1", false, true, true},
		{"::1", false, true, true},
		{"::ffff:127.0.0.1", false, true, true},
		{"10.1.2.3", false, true, true},
		{"172.16.0.1", false, true, true},
		{"192.168.1.1", false, true, true},
		{"fd12::1", false, true, true},
		{"169.254.169.254", false, false, true},
		{"::ffff:169.254.169.254", false, false, true},
		{"fd00:ec2::254", false, false, true},
		{"fe80::1", false, false, true},
		{"0.0.0.0", false, false, true},
		{"0.1.2.3", false, false, true},
		{"::", false, false, true},
		{"::7f00:1", false, false, true},
		{"64:ff9b::7f00:1", false, false, true},
		{"2002:7f00:1::", false, false, true},
		{"100.64.0.1", false, false, true},
		{"224.0.0.1", false, false, true},
		{"ff02::1", false, false, true},
		{"255.255.255.255", false, false, true},
		{"240.0.0.1", false, false, true},
	} {
		a := netip.MustParseAddr(tt.addr)
		if got := dialable(a, false, false); got != tt.public {
			t.Errorf("%s not named: %v", a, got)
		}
		if got := dialable(a, false, true); got != tt.public {
			t.Errorf("%s in the URL but not named: %v", a, got)
		}
		if got := dialable(a, true, false); got != tt.named {
			t.Errorf("%s of a named host: %v", a, got)
		}
		if got := dialable(a, true, true); got != tt.literal {
			t.Errorf("%s named: %v", a, got)
		}
	}
}

// TestForgery asks for what a node must not reach for a function. A server listens on the loopback address and must hear nothing.
func TestForgery(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { t.Errorf("%s %s arrived", r.Method, r.URL) }))
	defer srv.Close()
	port := srv.URL[strings.LastIndexByte(srv.URL, ':'):]
	for _, host := range []string{
		"127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "[::]", "localhost", "LOCALHOST", "2130706433", "0x7f000001",
		"0x7f.1", "127.1", "017700000001", "0177.0.0.1", "169.254.169.254", "[fe80::1]", "224.0.0.1", "10.0.0.1", "192.168.0.1", "[64:ff9b::7f00:1]",
		"127.0.0.1.", "user@127.0.0.1", "93.184.216.34@127.0.0.1", "a.example.com:80\\@127.0.0.1", "127。0。0。1", "①②⑦.0.0.1",
	} {
		url := "http://" + host + port + "/"
		// The script allows as much as it can; the node allows public hosts only.
		o := outsideOf(t, []string{Public}, nil)
		o.says.HTTP = []string{url}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		res, err := o.HTTP(ctx, wake.Request{URL: url})
		cancel()
		if err == nil || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %+v, %v", url, res, err)
		}
		if len(o.calls) != 1 || o.calls[0].Error == "" {
			t.Errorf("%s: the log has %+v", url, o.calls)
		}
	}
}

// TestPolicies: script and node must both allow a URL, and say what to do if they do not.
func TestPolicies(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hello") }))
	defer srv.Close()
	for _, tt := range []struct {
		node, script []string
		want         string
	}{
		{[]string{srv.URL}, []string{srv.URL}, ""},
		{[]string{Public, srv.URL}, []string{srv.URL}, ""},
		{[]string{srv.URL}, []string{srv.URL + "/a/"}, "add //wake:allow http http://127.0.0.1:"},
		{[]string{srv.URL}, nil, "add //wake:allow http http://127.0.0.1:"},
		{nil, []string{srv.URL}, "start it with `wakefs up --allow-http http://127.0.0.1:"},
		{[]string{srv.URL + "/a/"}, []string{srv.URL}, "start it with `wakefs up --allow-http http://127.0.0.1:"},
		{[]string{Public}, []string{srv.URL}, "which is not public: start the node with --allow-http"},
	} {
		o := outsideOf(t, tt.node, tt.script)
		res, err := o.HTTP(t.Context(), wake.Request{URL: srv.URL + "/x?key=hush"})
		if tt.want == "" {
			if err != nil || res.Status != 200 || string(res.Body) != "hello" {
				t.Errorf("%v %v: %+v, %v", tt.node, tt.script, res, err)
			}
		} else if err == nil || !errors.Is(err, iofs.ErrPermission) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v %v: %v", tt.node, tt.script, err)
		}
		if s := fmt.Sprintf("%+v %v", o.calls, err); strings.Contains(s, "hush") {
			t.Errorf("the query is told: %s", s)
		}
	}
}

func TestRedirects(t *testing.T) {
	var asked []string
	handler := func(name string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, name+r.URL.Path+" "+r.Header.Get("X-Signature")+r.Header.Get("Referer"))
			if to := r.URL.Query().Get("to"); to != "" {
				http.Redirect(w, r, to, http.StatusTemporaryRedirect)
			}
		})
	}
	a, b := httptest.NewServer(handler("a")), httptest.NewServer(handler("b"))
	defer a.Close()
	defer b.Close()
	for _, tt := range []struct {
		to    string
		asked string
		want  string
	}{
		{a.URL + "/in/2", "a/in/1 sig,a/in/2 sig", ""},
		{"/in/2", "a/in/1 sig,a/in/2 sig", ""},
		{"/in/2#part", "a/in/1 sig,a/in/2 sig", ""},
		{b.URL + "/in/2", "a/in/1 sig,b/in/2 ", ""}, // what was signed for one is not for the other
		{a.URL + "/out/2", "a/in/1 sig", "the script does not allow"},
		{b.URL + "/node/", "a/in/1 sig", "this node does not let"},
		{"http://user@" + b.URL[7:] + "/in/", "a/in/1 sig", "user name"},
		{"file:///etc/passwd", "a/in/1 sig", "https://"},
		{"/in/../out", "a/in/1 sig", "not allow"},
	} {
		asked = nil
		o := outsideOf(t, []string{a.URL + "/in/", a.URL + "/out/", b.URL + "/in/"}, []string{a.URL + "/in/", b.URL})
		_, err := o.HTTP(t.Context(), wake.Request{Method: "POST", URL: a.URL + "/in/1?to=" + strings.ReplaceAll(tt.to, "#", "%23"), Header: map[string]string{"X-Signature": "sig"}, Body: []byte("x")})
		if got := strings.Join(asked, ","); got != tt.asked {
			t.Errorf("%s: asked %q, want %q", tt.to, got, tt.asked)
		}
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", tt.to, err, tt.want)
		}
	}
}

func TestEndlessRedirect(t *testing.T) {
	n := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n++
		http.Redirect(w, r, "/again", http.StatusFound)
	}))
	defer srv.Close()
	o := outsideOf(t, []string{srv.URL}, []string{srv.URL})
	if _, err := o.HTTP(t.Context(), wake.Request{URL: srv.URL}); err == nil || !strings.Contains(err.Error(), "more than 10 times") || n != maxRedirects+1 {
		t.Errorf("%v after %d requests", err, n)
	}
}

// TestRequestsRefused: what cannot be sent, and must not be understood as something else, is refused before anybody is asked.
func TestRequestsRefused(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { t.Errorf("%s %s arrived", r.Method, r.URL) }))
	defer srv.Close()
	t.Setenv("HTTP_PROXY", srv.URL)
	t.Setenv("http_proxy", srv.URL)
	header := func(name, value string) wake.Request {
		return wake.Request{URL: srv.URL, Header: map[string]string{name: value}}
	}
	for _, r := range []wake.Request{
		{URL: srv.URL, Method: "CONNECT"}, {URL: srv.URL, Method: "TRACE"}, {URL: srv.URL, Method: "get"},
		{URL: srv.URL, Method: "GET / HTTP/1.1\r\nX: y"},
		{URL: srv.URL + "/a\r\nX: y"}, {URL: srv.URL + "/%0d%0aX"},
		header("X", "a\r\nY: b"), header("X", "a\nb"), header("X", "a\x00b"), header("X\r\nY", "a"), header("X Y", "a"), header("", "a"), header("X:", "a"),
		header("Host", "evil.org"), header("host", "evil.org"), header("Content-Length", "0"), header("transfer-encoding", "chunked"),
		header("Connection", "close"), header("Upgrade", "h2c"), header("Proxy-Authorization", "x"),
	} {
		o := outsideOf(t, []string{srv.URL}, []string{srv.URL})
		if res, err := o.HTTP(t.Context(), r); err == nil {
			t.Errorf("%+v: %+v", r, res)
		}
	}
}

// TestHostileServers: what a server does costs no more than the bounds.
func TestHostileServers(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/endless":
			for b := make([]byte, 1<<20); r.Context().Err() == nil; {
				if _, err := w.Write(b); err != nil {
					return
				}
			}
		case "/gzip":
			w.Header().Set("Content-Encoding", "gzip")
			fmt.Fprint(w, "\x1f\x8b as it is")
		case "/headers":
			for i := range 1000 {
				w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("x", 1000))
			}
		case "/slow":
			for r.Context().Err() == nil {
				fmt.Fprint(w, "x")
				w.(http.Flusher).Flush()
				time.Sleep(10 * time.Millisecond)
			}
		case "/hang":
			<-r.Context().Done()
		case "/cut":
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "short")
		}
	}))
	defer srv.Close()
	for _, tt := range []struct{ path, want string }{
		{"/endless", "more than 16 MiB"}, {"/headers", "header"}, {"/slow", "deadline exceeded"}, {"/hang", "deadline exceeded"}, {"/cut", "unexpected EOF"},
	} {
		o := outsideOf(t, []string{srv.URL}, []string{srv.URL})
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		if res, err := o.HTTP(ctx, wake.Request{URL: srv.URL + tt.path}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %d bytes, %v", tt.path, len(res.Body), err)
		}
		cancel()
	}
	stranger := httptest.NewUnstartedServer(srv.Config.Handler)
	stranger.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of what it should
	stranger.StartTLS()
	defer stranger.Close()
	o := outsideOf(t, []string{stranger.URL}, []string{stranger.URL})
	if res, err := o.HTTP(t.Context(), wake.Request{URL: stranger.URL}); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a server with a certificate of nobody: %+v, %v", res, err)
	}
	o = outsideOf(t, []string{srv.URL}, []string{srv.URL})
	res, err := o.HTTP(t.Context(), wake.Request{URL: srv.URL + "/gzip"})
	if err != nil || string(res.Body) != "\x1f\x8b as it is" {
		t.Errorf("%q, %v: a compressed body was unpacked", res.Body, err)
	}
}
