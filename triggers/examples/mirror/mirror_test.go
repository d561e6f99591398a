package mirror

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

const (
	testID  = "AKIAIOSFODNN7EXAMPLE"
	testKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
)

// TestVector is the example "PUT Object" of the documentation of S3.
func TestVector(t *testing.T) {
	header := map[string]string{"Date": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY"}
	sign(header, "PUT", "examplebucket.s3.amazonaws.com", escape("/test$file.text"), []byte("Welcome to Amazon S3."),
		time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC), "us-east-1", testID, testKey)
	const want = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request," +
		"SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class," +
		"Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
	if got := header["Authorization"]; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// store is a bucket that checks signatures from what arrives at it.
type store struct {
	t       *testing.T
	objects map[string]string
	fail    int // requests to answer by 503
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || !s.signed(r, body) {
		s.t.Errorf("%s %s: %v, signed %q", r.Method, r.URL, err, r.Header.Get("Authorization"))
		w.WriteHeader(http.StatusForbidden)
		return
	}
	if s.fail > 0 {
		s.fail--
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	switch r.Method {
	case "PUT":
		s.objects[r.URL.Path] = string(body)
	case "DELETE":
		delete(s.objects, r.URL.Path)
		w.WriteHeader(http.StatusNoContent)
	}
}

func (s *store) signed(r *http.Request, body []byte) bool {
	fields := map[string]string{}
	auth, ok := strings.CutPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ")
	for field := range strings.SplitSeq(auth, ",") {
		name, value, _ := strings.Cut(field, "=")
		fields[name] = value
	}
	var canonical bytes.Buffer
	fmt.Fprintf(&canonical, "%s\n%s\n%s\n", r.Method, r.URL.EscapedPath(), r.URL.RawQuery)
	for name := range strings.SplitSeq(fields["SignedHeaders"], ";") {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		fmt.Fprintf(&canonical, "%s:%s\n", name, value)
	}
	sum := fmt.Sprintf("%x", sha256.Sum256(body))
	fmt.Fprintf(&canonical, "\n%s\n%s", fields["SignedHeaders"], sum)
	mac := func(key []byte, text string) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(text))
		return h.Sum(nil)
	}
	date := r.Header.Get("X-Amz-Date")
	key := mac(mac(mac(mac([]byte("AWS4"+testKey), date[:8]), "eu-central-1"), "s3"), "aws4_request")
	scope := date[:8] + "/eu-central-1/s3/aws4_request"
	want := mac(key, fmt.Sprintf("AWS4-HMAC-SHA256\n%s\n%s\n%x", date, scope, sha256.Sum256(canonical.Bytes())))
	return ok && fields["Credential"] == testID+"/"+scope && fields["Signature"] == hex.EncodeToString(want) && r.Header.Get("X-Amz-Content-Sha256") == sum
}

// worldOf is a filesystem whose requests reach the store over HTTP.
func worldOf(t *testing.T, files map[string]string) (*waketest.World, *store) {
	s := &store{t: t, objects: map[string]string{}}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	w := waketest.New(t, files)
	w.Host.Secrets = map[string]string{"s3-key-id": testID, "s3-key": testKey}
	w.Host.Serve = func(r wake.Request) (wake.Response, error) {
		path, ok := strings.CutPrefix(r.URL, "https://"+bucket)
		req, err := http.NewRequest(r.Method, srv.URL+path, bytes.NewReader(r.Body))
		if !ok || err != nil {
			return wake.Response{}, fmt.Errorf("%s: %v", r.URL, err)
		}
		req.Host = bucket
		for name, value := range r.Header {
			req.Header.Set(name, value)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return wake.Response{}, err
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		return wake.Response{Status: res.StatusCode, Body: body}, err
	}
	return w, s
}

func TestHandle(t *testing.T) {
	const odd = "/mirror/ä ö+$&=:;,@!'()*[]%41#?.txt"
	w, s := worldOf(t, map[string]string{"/mirror/a": "one", "/mirror/dir/b": "two", "/mirror/dir/sub/c": "", odd: "odd", "/other/x": "x"})
	handle := func(e wake.Event, want map[string]string) {
		t.Helper()
		if err := Handle(w.Context, e); err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(s.objects, want) {
			t.Errorf("after %s of %s: %q, want %q", e.Type, e.Path, s.objects, want)
		}
	}
	rename := func(from, to string) wake.Event {
		t.Helper()
		if err := w.Rename(from, to); err != nil {
			t.Fatal(err)
		}
		e := w.Event(wake.Rename, to)
		e.OldPath = from
		return e
	}
	handle(w.Arrive(odd), map[string]string{odd[7:]: "odd"})
	if err := w.Remove(odd); err != nil {
		t.Fatal(err)
	}
	handle(w.Event(wake.Remove, odd), map[string]string{})
	handle(w.Arrive("/mirror/a"), map[string]string{"/a": "one"})
	handle(w.Arrive("/mirror/dir/b"), map[string]string{"/a": "one", "/dir/b": "two"})
	handle(w.Arrive("/mirror/dir/sub/c"), map[string]string{"/a": "one", "/dir/b": "two", "/dir/sub/c": ""})
	handle(rename("/mirror/a", "/mirror/d"), map[string]string{"/d": "one", "/dir/b": "two", "/dir/sub/c": ""})
	handle(rename("/mirror/dir", "/mirror/new"), map[string]string{"/d": "one", "/new/b": "two", "/new/sub/c": ""})
	handle(rename("/mirror/new", "/other/new"), map[string]string{"/d": "one"})
	handle(rename("/other/new/sub", "/mirror/sub"), map[string]string{"/d": "one", "/sub/c": ""})
	// A file that is gone when its event is told of.
	e := w.Arrive("/mirror/d")
	if err := w.Remove("/mirror/d"); err != nil {
		t.Fatal(err)
	}
	handle(e, map[string]string{"/sub/c": ""})

	s.fail = 1
	if err := Handle(w.Context, w.Arrive("/mirror/sub/c")); err == nil || !strings.Contains(err.Error(), "PUT /mirror/sub/c: status 503") {
		t.Errorf("%v", err)
	}
}
