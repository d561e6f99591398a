package worker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

// outsider is a Host with a way out.
type outsider struct {
	*waketest.Host
	http func(ctx context.Context, r wake.Request) (wake.Response, error)
}

func (o *outsider) Key() string { return "the key" }
func (o *outsider) HTTP(ctx context.Context, r wake.Request) (wake.Response, error) {
	return o.http(ctx, r)
}

// TestOutbound: requests and answers of any size cross the socket as they are, and are counted.
func TestOutbound(t *testing.T) {
	pool := newPool(t)
	prog := compile(t, `//wake:on arrive /**
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/wakefs/wakefs/triggers/wake"
)

func Handle(c *wake.Context, e wake.Event) error {
	if _, err := c.Secret("none"); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	key, err := c.Secret("key")
	if err != nil {
		return err
	}
	r := wake.Request{Method: "POST", URL: "https://a.example.com/" + e.Name, Header: map[string]string{"X-Key": key + c.Key()}}
	r.Body = []byte(strings.Repeat("0123456789abcdef", int(e.Size) / 16))
	done := make(chan string)
	for i := 0; i < 3; i++ {
		go func() {
			res, err := c.HTTP(r)
			if err != nil {
				done <- err.Error()
				return
			}
			done <- fmt.Sprintln(res.Status, res.Header["Content-Type"], len(res.Body), string(res.Body) == string(r.Body))
		}()
	}
	for i := 0; i < 3; i++ {
		fmt.Print(<-done)
	}
	return nil
}
`)
	host := &outsider{Host: waketest.NewHost(nil, nil)}
	host.Secrets = map[string]string{"key": "value "}
	budget := tight
	budget.CPU, budget.Memory, budget.Read, budget.Write = time.Minute, 256<<20, 64<<20, 64<<20
	for _, size := range []int{0, 16, maxData, maxData + 16, 4 << 20} {
		host.http = func(_ context.Context, r wake.Request) (wake.Response, error) {
			if r.Method != "POST" || r.URL != "https://a.example.com/x" || r.Header["X-Key"] != "value the key" || len(r.Body) != size {
				t.Errorf("%s %s %v, %d bytes", r.Method, r.URL, r.Header, len(r.Body))
			}
			return wake.Response{Status: 201, Header: map[string]string{"Content-Type": "text/plain"}, Body: bytes.Clone(r.Body)}, nil
		}
		out, err := pool.Invoke(t.Context(), prog, wake.Event{Name: "x", Size: int64(size)}, 1, budget, host)
		want := strings.Repeat(fmt.Sprintf("201 text/plain %d true\n", size), 3)
		if err != nil || out.Result != Succeeded || out.Output != want || out.Read != 3*int64(size) || out.Written != 3*int64(size) {
			t.Errorf("%d bytes: %+v, %v", size, out, err)
		}
	}

	// The bounds.
	host.http = func(_ context.Context, r wake.Request) (wake.Response, error) {
		return wake.Response{Status: 200, Body: make([]byte, 2<<20)}, nil
	}
	run := func(size int64, budget wake.Budget) Outcome {
		out, err := pool.Invoke(t.Context(), prog, wake.Event{Name: "x", Size: size}, 1, budget, host)
		if err != nil {
			t.Error(err)
		}
		return out
	}
	small := budget
	small.Read = 1 << 20
	if out := run(0, small); out.Reason != "read budget of 1MiB exceeded" {
		t.Errorf("%+v", out)
	}
	small = budget
	small.Write = 1 << 20
	if out := run(2<<20, small); out.Reason != "write budget of 1MiB exceeded" {
		t.Errorf("%+v", out)
	}
	small = budget
	small.Ops = 4
	if out := run(0, small); out.Reason != "ops budget of 4 exceeded" {
		t.Errorf("%+v", out)
	}
	if out := run(wake.MaxBody+16, budget); out.Result != Succeeded || !strings.Contains(out.Output, "at most 16777216 are sent") {
		t.Errorf("%+v", out)
	}
	host.http = func(ctx context.Context, r wake.Request) (wake.Response, error) {
		<-ctx.Done()
		return wake.Response{}, ctx.Err()
	}
	small = budget
	small.Wall = 300 * time.Millisecond
	if out := run(0, small); out.Reason != "wall budget of 300ms exceeded" || out.Wall > 5*time.Second {
		t.Errorf("%+v", out)
	}
	host.http = func(ctx context.Context, r wake.Request) (wake.Response, error) {
		return wake.Response{}, errors.New("the line is dead")
	}
	if out := run(0, budget); out.Result != Succeeded || !strings.Contains(out.Output, "the line is dead") {
		t.Errorf("%+v", out)
	}
}
