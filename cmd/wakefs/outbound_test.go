package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/wakefs/wakefs/triggers"
)

// TestOutboundJourney: a function posts what arrives, signed by a secret that nobody else sees; it is refused what its
// script or its node does not allow.
func TestOutboundJourney(t *testing.T) {
	const value = "s3cret-of-the-hook"
	var mu sync.Mutex // guards the two
	var keys []string
	calls := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get("Authorization") != "Bearer "+value || string(body) != "hello" {
			t.Errorf("%v %q %v", r.Header, body, err)
		}
		keys = append(keys, r.Header.Get("Idempotency-Key"))
		if calls++; calls == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		fmt.Fprint(w, "thanks")
	}))
	defer srv.Close()
	n := startNode(t, "--allow-http", srv.URL+"/hooks/")
	post := func(path string) string {
		return scriptOf("//wake:on arrive /in/*\n//wake:secret hook\n//wake:retry 2\n//wake:allow http "+srv.URL, one, `
	key, err := c.Secret("hook")
	if err != nil {
		return err
	}
	body, err := c.ReadFile(e.Path)
	if err != nil {
		return err
	}
	res, err := c.HTTP(wake.Request{Method: "POST", URL: "`+srv.URL+path+`?token=hush", Body: body,
		Header: map[string]string{"Authorization": "Bearer " + key, "Idempotency-Key": c.Key()}})
	fmt.Println("used", key)
	if err != nil {
		return fmt.Errorf("%w, with %s", err, key)
	}
	if res.Status != 200 {
		return fmt.Errorf("status %d", res.Status)
	}
	return c.WriteFile("/out/"+e.Name, res.Body)`)
	}
	n.deploy("hook", post("/hooks/1"))
	n.deploy("other", post("/elsewhere"))
	n.deploy("unasked", scriptOf("//wake:on arrive /in/*\n//wake:retry 1", one, `
	_, err := c.Secret("hook")
	_, err2 := c.HTTP(wake.Request{URL: "`+srv.URL+`/hooks/"})
	return errors.Join(err, err2)`))

	n.write("in/early", "hello")
	n.eventually("the secret is missed", func() error {
		if r := n.triggers(); r["hook"].Dead != 1 || r["unasked"].Dead != 1 {
			return fmt.Errorf("%+v", r)
		}
		return nil
	})
	if out := n.ok("trigger", "dead", "hook"); !strings.Contains(out, "`wakefs secret set hook`") {
		t.Error(out)
	}
	out := n.ok("trigger", "dead", "unasked")
	for _, want := range []string{"add //wake:secret hook", "add //wake:allow http " + srv.URL + "/"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in %s", want, out)
		}
	}
	n.ok("trigger", "drop", "hook")
	n.ok("trigger", "drop", "other")

	file := filepath.Join(n.dir, "value")
	if err := os.WriteFile(file, []byte(value+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	n.ok("secret", "set", "hook", "--file", file)
	n.write("in/a", "hello")
	n.expect("out/a", "thanks")
	n.eventually("the other is refused", func() error {
		if r := n.triggers()["other"]; r.Dead != 1 {
			return fmt.Errorf("%+v", r)
		}
		return nil
	})
	if out := n.ok("trigger", "dead", "other"); !strings.Contains(out, "this node does not let functions request "+srv.URL+"/elsewhere: start it with `wakefs up --allow-http") || !strings.Contains(out, "with ***") {
		t.Error(out)
	}
	mu.Lock()
	if len(keys) != 2 || keys[0] != keys[1] || len(keys[0]) != 32 {
		t.Errorf("the attempts at one event have the keys %q", keys)
	}
	mu.Unlock()

	var shown string
	for line := range strings.Lines(n.ok("trigger", "logs", "hook", "--json", "-n", "0")) {
		var e triggers.Entry
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if e.Result == "done" {
			shown = fmt.Sprint(e.Invocation)
			if len(e.HTTP) != 1 || e.HTTP[0].Method != "POST" || e.HTTP[0].URL != srv.URL+"/hooks/1" || e.HTTP[0].Status != 200 || e.HTTP[0].Sent != 5 || e.HTTP[0].Received != 6 || e.HTTP[0].Took <= 0 {
				t.Errorf("%+v", e.HTTP)
			}
		}
	}
	if out := n.ok("trigger", "show", shown); !strings.Contains(out, "http: POST "+srv.URL+"/hooks/1: 503 in ") || !strings.Contains(out, "used ***") {
		t.Error(out)
	}
	if out := n.ok("trigger", "run", "hook", "--over", "/in/a", "--dry-run", "--effects"); !strings.Contains(out, "http: POST "+srv.URL+"/hooks/1: not sent (5 bytes)") {
		t.Error(out)
	}
	if calls != 2 {
		t.Errorf("%d calls", calls)
	}
	if out := n.ok("secret", "list"); !strings.Contains(out, "hook") {
		t.Error(out)
	}

	if out := n.ok("trigger", "show", "hook"); !strings.Contains(out, "may request") || !strings.Contains(out, srv.URL) || !strings.Contains(out, "secrets") {
		t.Error(out)
	}

	// Nothing that anybody reads has the value or the query.
	told := n.ok("trigger", "show", "hook") + n.ok("trigger", "logs", "--json", "-n", "0") + n.ok("trigger", "dead", "--json") + n.ok("status", "--json") +
		n.ok("secret", "list", "--json") + n.log.String()
	err := filepath.WalkDir(n.data, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || d.Name() == "secrets.json" {
			return nil
		}
		b, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(b), value) {
			t.Errorf("%s has the secret", path)
		}
		return nil
	})
	if err != nil || strings.Contains(told, value) || strings.Contains(told, "hush") {
		t.Errorf("the secret or the query is told: %v\n%s", err, told)
	}

	// After a restart it is still there; removed it is not.
	n.stop()
	n.start()
	n.write("in/b", "hello")
	n.expect("out/b", "thanks")
	n.ok("secret", "rm", "hook")
	if out := n.ok("secret", "list"); !strings.Contains(out, "No secrets") {
		t.Error(out)
	}
	n.stop()
}

// TestOutboundIsOff: a node sends nothing unless it was told to; `trigger test` sends nothing at all.
func TestOutboundIsOff(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { t.Errorf("%s %s arrived", r.Method, r.URL) }))
	defer srv.Close()
	src := scriptOf("//wake:on arrive /in/*\n//wake:retry 1\n//wake:secret hook\n//wake:allow http "+srv.URL, one, `
	key := ""
	if e.Name == "sample" {
		var err error
		if key, err = c.Secret("hook"); err != nil {
			return err
		}
	}
	res, err := c.HTTP(wake.Request{Method: "PUT", URL: "`+srv.URL+`/x", Body: []byte("hello" + key)})
	if err != nil {
		return err
	}
	c.Log("status", res.Status)
	return nil`)
	n := startNode(t)
	n.deploy("off", src)
	n.write("in/a", "x")
	n.eventually("it fails", func() error {
		if r := n.triggers()["off"]; r.Dead != 1 {
			return fmt.Errorf("%+v", r)
		}
		return nil
	})
	if out := n.ok("trigger", "dead"); !strings.Contains(out, "this node lets no function send HTTP requests: start it with `wakefs up --allow-http "+srv.URL+"/`") {
		t.Error(out)
	}
	n.stop()

	file, sample := filepath.Join(n.dir, "off.go"), filepath.Join(n.dir, "sample")
	for name, text := range map[string]string{file: src, sample: "x"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out := n.ok("trigger", "test", file, "--file", sample); !strings.Contains(out, "http: PUT "+srv.URL+"/x: not sent (18 bytes)") || !strings.Contains(out, "status 200") {
		t.Error(out)
	}
}
