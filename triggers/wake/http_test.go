package wake_test

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/wakefs/wakefs/triggers/wake"
	"github.com/wakefs/wakefs/triggers/wake/waketest"
)

// inside is a Host that has no way out.
type inside struct{ wake.Host }

func TestOutbound(t *testing.T) {
	w := waketest.New(t, nil)
	if _, err := w.HTTP(wake.Request{URL: "https://a.example.com/"}); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("nobody serves: %v", err)
	}
	w.Host.Serve = func(r wake.Request) (wake.Response, error) { return wake.Response{Status: 200, Body: r.Body}, nil }
	before := w.Left()
	if res, err := w.HTTP(wake.Request{Body: []byte("hello")}); err != nil || string(res.Body) != "hello" {
		t.Errorf("%+v, %v", res, err)
	}
	if left := w.Left(); left.Read != before.Read-5 || left.Write != before.Write-5 || left.Ops != before.Ops-1 {
		t.Errorf("%+v is left of %+v", left, before)
	}
	if _, err := w.HTTP(wake.Request{Body: make([]byte, wake.MaxBody+1)}); !errors.Is(err, wake.ErrFileTooLarge) {
		t.Errorf("a huge body: %v", err)
	}
	if err := wake.End(w.Context); err != nil {
		t.Fatal(err)
	}
	_, err := w.HTTP(wake.Request{})
	_, err2 := w.Secret("a")
	if !errors.Is(err, fs.ErrClosed) || !errors.Is(err2, fs.ErrClosed) {
		t.Errorf("after the end: %v, %v", err, err2)
	}

	c := wake.NewContext(inside{w.Host}, wake.Invocation{Key: "key"})
	_, err = c.HTTP(wake.Request{})
	_, err2 = c.Secret("a")
	if !errors.Is(err, wake.ErrNotSupported) || !errors.Is(err2, fs.ErrNotExist) || c.Key() != "key" {
		t.Errorf("without a way out: %v, %v", err, err2)
	}
}
